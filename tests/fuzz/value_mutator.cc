#include "value_mutator.h"

#include <array>
#include <cstdint>
#include <limits>

namespace thalweg::tests {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr std::array kNumbers = {int64_t{0},
                                 int64_t{1},
                                 int64_t{-1},
                                 int64_t{2},
                                 int64_t{7},
                                 int64_t{38},
                                 int64_t{39},
                                 int64_t{127},
                                 int64_t{128},
                                 int64_t{1000},
                                 int64_t{32768},
                                 int64_t{1} << 20,
                                 int64_t{2147483647},
                                 int64_t{-2147483648},
                                 int64_t{2147483648},
                                 int64_t{1} << 53,
                                 int64_t{1000000000000000000},
                                 std::numeric_limits<int64_t>::max(),
                                 std::numeric_limits<int64_t>::min()};

constexpr std::array kDoubles = {0.0,
                                 -0.0,
                                 0.5,
                                 -1.0,
                                 1e300,
                                 -1e300,
                                 1e-320,
                                 std::numeric_limits<double>::infinity(),
                                 std::numeric_limits<double>::quiet_NaN()};

constexpr std::array kTexts = {
    "",
    "id",
    "*",
    "a",
    "people",
    "no_such",
    "`",
    "a.b.c.d",
    "``",
    "%",
    "\\",
    "1",
    "-1",
    "1e400",
    "99999999999999999999999999999999999999999",
    "2024-02-30",
    "294247-01-10 04:00:54.775807",
    "interval 1 day",
    "178956970 years",
    "10 seconds",
    "memory",
    "rate",
    "json",
    "csv",
    "parquet",
    "/data",
    "append",
    "update",
    "complete",
    "Europe/Paris",
    "yyyy-MM-dd'T'HH:mm:ss",
    "(a+)+$",
    "array<map<string, struct<a: decimal(38, 38), b: array<int>>>>",
    "a INT, b STRING, a INT",
    "a ARRAY<STRUCT<b: MAP<STRING, BINARY>>> NOT NULL COMMENT 'x'",
    "{\"type\":\"struct\",\"fields\":[{\"name\":\"a\",\"type\":\"integer\",\"nullable\":true,"
    "\"metadata\":{}}]}",
    "{\"type\":\"array\",\"elementType\":{\"type\":\"array\"}}",
    "SELECT * FROM range(1000000000000) ORDER BY id DESC",
    "SELECT repeat('xy', 2000000000)",
    "SELECT explode(sequence(1, 1000000000000))",
    "SELECT a.id, count(*) OVER (PARTITION BY b.id) FROM range(3) a, range(3) b",
    "SELECT * FROM VALUES (1, 'a'), (NULL, 'b') AS t(x, y)",
    "SELECT array(array(map(1, struct(2, 'x'))), NULL)",
    "CREATE TABLE t USING parquet AS SELECT 1 AS a",
    "SHOW TABLES",
    "SET spark.sql.session.timeZone = Asia/Tokyo",
    "DESCRIBE TABLE people",
    "sequence(1, 1000000000000)",
    "repeat('xy', 2000000000)",
    "repeat('x', 100000000)",
    "rpad('x', 2147483647, 'y')",
    "array_repeat(1, 2147483647)",
    "space(2147483647)",
    "explode(sequence(1, 1000000))",
    "transform(sequence(1, 1000), x -> x / 0)",
    "cast('x' AS int)",
    "from_json('{', 'a INT')",
    "(SELECT max(id) FROM range(5))",
    "sum(id) OVER (ORDER BY id)",
};

template <typename Integer>
Integer Whole(RandomChoice* random) {
  if (random->OneIn(6)) return static_cast<Integer>(random->Any());
  return static_cast<Integer>(random->From(kNumbers));
}

double Real(RandomChoice* random) { return random->From(kDoubles); }

std::string Text(std::string old, const std::vector<std::string>& functions, RandomChoice* random) {
  switch (random->Below(10)) {
    case 0:
    case 1:
      return random->From(functions);
    case 2:
      return old + random->From(kTexts);
    case 3:
      return std::string(random->Below(3) * 20000, 'a') + old;
    case 4: {
      // Characters that take several bytes stay whole: the parser refuses all else.
      if (old.empty()) return "\xC3\xA4";
      char& changed = old[random->Below(old.size())];
      if ((changed & 0x80) == 0) changed = static_cast<char>(random->Below(0x80));
      return old;
    }
    case 5: {
      std::string opened;
      const size_t depth = size_t{1} << random->Below(15);
      for (size_t i = 0; i < depth; ++i) opened += '(';
      return opened + "1" + (random->OneIn(4) ? "" : std::string(depth, ')'));
    }
    default:
      return random->From(kTexts);
  }
}

// The seven calls for a type, by whether the field is repeated.
template <typename Value, typename Getter, typename Setter, typename Indexed, typename Adder>
void Put(Message* message, const FieldDescriptor* field, bool append, RandomChoice* random,
         Value value, Getter size_of, Setter set, Indexed set_at, Adder add) {
  const Reflection* reflection = message->GetReflection();
  const int size = (reflection->*size_of)(*message, field);
  if (append || size == 0) {
    (reflection->*add)(message, field, std::move(value));
  } else {
    (reflection->*set_at)(message, field, static_cast<int>(random->Below(size)), std::move(value));
  }
}

void ChangeText(Message* message, const FieldDescriptor* field, bool append,
                const std::vector<std::string>& functions, RandomChoice* random) {
  const Reflection* reflection = message->GetReflection();
  const bool is_bytes = field->type() == FieldDescriptor::TYPE_BYTES;
  const auto changed = [&](std::string old) {
    if (!is_bytes) return Text(std::move(old), functions, random);
    ChangeBytes(&old, random);
    return old;
  };
  if (!field->is_repeated()) {
    reflection->SetString(message, field, changed(reflection->GetString(*message, field)));
    return;
  }
  const int size = reflection->FieldSize(*message, field);
  if (append || size == 0) {
    reflection->AddString(message, field, changed(""));
    return;
  }
  const int at = static_cast<int>(random->Below(size));
  reflection->SetRepeatedString(message, field, at,
                                changed(reflection->GetRepeatedString(*message, field, at)));
}

}  // namespace

void ChangeBytes(std::string* bytes, RandomChoice* random) {
  for (size_t times = random->Below(4) + 1; times > 0; --times) {
    const size_t at = random->Below(bytes->size() + 1);
    switch (random->Below(5)) {
      case 0:
        bytes->erase(at, random->Below(16));
        break;
      case 1:
        bytes->insert(at, bytes->substr(random->Below(bytes->size() + 1), random->Below(32)));
        break;
      case 2:
        bytes->insert(at, random->Below(9), static_cast<char>(random->Below(256)));
        break;
      default:
        if (at < bytes->size()) (*bytes)[at] = static_cast<char>(random->Below(256));
    }
  }
}

void ChangeValue(Message* message, const FieldDescriptor* field, bool append,
                 const std::vector<std::string>& functions, RandomChoice* random) {
  const Reflection* reflection = message->GetReflection();
  const auto put = [&](auto value, auto set, auto set_at, auto add) {
    if (!field->is_repeated()) return (reflection->*set)(message, field, value);
    Put(message, field, append, random, value, &Reflection::FieldSize, set, set_at, add);
  };
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return put(Whole<int32_t>(random), &Reflection::SetInt32, &Reflection::SetRepeatedInt32,
                 &Reflection::AddInt32);
    case FieldDescriptor::CPPTYPE_INT64:
      return put(Whole<int64_t>(random), &Reflection::SetInt64, &Reflection::SetRepeatedInt64,
                 &Reflection::AddInt64);
    case FieldDescriptor::CPPTYPE_UINT32:
      return put(Whole<uint32_t>(random), &Reflection::SetUInt32, &Reflection::SetRepeatedUInt32,
                 &Reflection::AddUInt32);
    case FieldDescriptor::CPPTYPE_UINT64:
      return put(Whole<uint64_t>(random), &Reflection::SetUInt64, &Reflection::SetRepeatedUInt64,
                 &Reflection::AddUInt64);
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return put(Real(random), &Reflection::SetDouble, &Reflection::SetRepeatedDouble,
                 &Reflection::AddDouble);
    case FieldDescriptor::CPPTYPE_FLOAT:
      return put(static_cast<float>(Real(random)), &Reflection::SetFloat,
                 &Reflection::SetRepeatedFloat, &Reflection::AddFloat);
    case FieldDescriptor::CPPTYPE_BOOL:
      return put(random->OneIn(2), &Reflection::SetBool, &Reflection::SetRepeatedBool,
                 &Reflection::AddBool);
    case FieldDescriptor::CPPTYPE_ENUM:
      // Often a number that the enumeration does not have.
      return put(static_cast<int>(random->Below(12)) - 1, &Reflection::SetEnumValue,
                 &Reflection::SetRepeatedEnumValue, &Reflection::AddEnumValue);
    case FieldDescriptor::CPPTYPE_STRING:
      return ChangeText(message, field, append, functions, random);
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return;
  }
}

}  // namespace thalweg::tests
