#include "thalweg/types/user_defined_type.h"

#include <arrow/array/array_base.h>
#include <arrow/extension_type.h>
#include <arrow/type.h>
#include <arrow/util/checked_cast.h>

#include "thalweg/types/identifier_text.h"

namespace thalweg {
namespace {

using arrow::Type;
using arrow::internal::checked_cast;

template <typename Base>
class UserDefined final : public Base, public UserDefinedTrait {
 public:
  template <typename... Arguments>
  explicit UserDefined(UserDefinedTrait trait, Arguments&&... arguments)
      : Base(std::forward<Arguments>(arguments)...), UserDefinedTrait(std::move(trait)) {}
};

/// A user-defined type of which no array exists.
class HiddenType final : public arrow::ExtensionType, public UserDefinedTrait {
 public:
  explicit HiddenType(const UserDefinedTrait& trait)
      : arrow::ExtensionType(trait.sql_type()), UserDefinedTrait(trait) {}

  std::string extension_name() const override { return "thalweg.user_defined"; }
  bool ExtensionEquals(const arrow::ExtensionType& other) const override {
    const UserDefinedTrait* trait = FindUserDefined(other);
    return trait != nullptr && trait->made_by().IsSameAs(made_by());
  }
  std::shared_ptr<arrow::Array> MakeArray(std::shared_ptr<arrow::ArrayData> data) const override {
    return std::make_shared<arrow::ExtensionArray>(std::move(data));
  }
  Result<TypePtr> Deserialize(TypePtr, const std::string&) const override {
    return Status::NotImplemented("a hidden type is never stored");
  }
  std::string Serialize() const override { return ""; }
};

template <typename Base, typename... Arguments>
TypePtr Mark(const UserDefinedTrait& trait, Arguments&&... arguments) {
  return std::make_shared<UserDefined<Base>>(trait, std::forward<Arguments>(arguments)...);
}

TypePtr MarkWithParts(const UserDefinedTrait& trait, const arrow::DataType& type) {
  switch (type.id()) {
    case Type::TIMESTAMP: {
      const auto& timestamp = checked_cast<const arrow::TimestampType&>(type);
      return Mark<arrow::TimestampType>(trait, timestamp.unit(), timestamp.timezone());
    }
    case Type::DURATION:
      return Mark<arrow::DurationType>(trait,
                                       checked_cast<const arrow::DurationType&>(type).unit());
    case Type::DECIMAL128: {
      const auto& decimal = checked_cast<const arrow::Decimal128Type&>(type);
      return Mark<arrow::Decimal128Type>(trait, decimal.precision(), decimal.scale());
    }
    case Type::LIST:
      return Mark<arrow::ListType>(trait, type.field(0));
    case Type::MAP: {
      const auto& map = checked_cast<const arrow::MapType&>(type);
      return Mark<arrow::MapType>(trait, map.key_field(), map.item_field());
    }
    default:
      return Mark<arrow::StructType>(trait, type.fields());
  }
}

/// The type with `change` applied to every user-defined one; itself if there is none.
template <typename Change>
TypePtr Rewrite(const TypePtr& type, Change change) {
  if (const UserDefinedTrait* trait = FindUserDefined(*type)) return change(*trait);
  if (!HasUserDefined(*type)) return type;
  if (type->id() == Type::LIST) {
    return ArrayOf(Rewrite(type->field(0)->type(), change), type->field(0)->nullable());
  }
  if (type->id() == Type::MAP) {
    const auto& map = checked_cast<const arrow::MapType&>(*type);
    return MapOf(Rewrite(map.key_type(), change), Rewrite(map.item_type(), change),
                 map.item_field()->nullable());
  }
  arrow::FieldVector fields;
  for (const FieldPtr& field : type->fields()) {
    fields.push_back(field->WithType(Rewrite(field->type(), change)));
  }
  return arrow::struct_(std::move(fields));
}

void StripSuffix(const std::string& suffix, std::string* text) {
  if (text->ends_with(suffix)) text->resize(text->size() - suffix.size());
}

}  // namespace

std::string UserDefinedClass::TypeName() const {
  if (jvm_class.empty()) return "pythonuserdefined";
  std::string name = jvm_class.substr(jvm_class.find_last_of(".$") + 1);
  StripSuffix("Type", &name);
  StripSuffix("UDT", &name);
  return ToLowerAscii(name);
}

bool UserDefinedClass::IsSameAs(const UserDefinedClass& other) const {
  if (!jvm_class.empty() || !other.jvm_class.empty()) return jvm_class == other.jvm_class;
  return python_class == other.python_class;
}

TypePtr UserDefinedTypeOf(UserDefinedClass made_by, const TypePtr& sql_type) {
  const UserDefinedTrait trait(std::move(made_by), sql_type);
  switch (sql_type->id()) {
    case Type::NA:
      return Mark<arrow::NullType>(trait);
    case Type::BOOL:
      return Mark<arrow::BooleanType>(trait);
    case Type::INT8:
      return Mark<arrow::Int8Type>(trait);
    case Type::INT16:
      return Mark<arrow::Int16Type>(trait);
    case Type::INT32:
      return Mark<arrow::Int32Type>(trait);
    case Type::INT64:
      return Mark<arrow::Int64Type>(trait);
    case Type::FLOAT:
      return Mark<arrow::FloatType>(trait);
    case Type::DOUBLE:
      return Mark<arrow::DoubleType>(trait);
    case Type::STRING:
      return Mark<arrow::StringType>(trait);
    case Type::BINARY:
      return Mark<arrow::BinaryType>(trait);
    case Type::DATE32:
      return Mark<arrow::Date32Type>(trait);
    case Type::INTERVAL_MONTHS:
      return Mark<arrow::MonthIntervalType>(trait);
    case Type::INTERVAL_MONTH_DAY_NANO:
      return Mark<arrow::MonthDayNanoIntervalType>(trait);
    default:
      return MarkWithParts(trait, *sql_type);
  }
}

const UserDefinedTrait* FindUserDefined(const arrow::DataType& type) {
  return dynamic_cast<const UserDefinedTrait*>(&type);
}

bool HasUserDefined(const arrow::DataType& type) {
  if (FindUserDefined(type) != nullptr) return true;
  for (const FieldPtr& field : type.fields()) {
    if (HasUserDefined(*field->type())) return true;
  }
  return false;
}

TypePtr WithoutUserDefined(const TypePtr& type) {
  return Rewrite(type, [](const UserDefinedTrait& trait) { return trait.sql_type(); });
}

TypePtr HideUserDefined(const TypePtr& type) {
  return Rewrite(type, [](const UserDefinedTrait& trait) -> TypePtr {
    return std::make_shared<HiddenType>(trait);
  });
}

std::string QuotedTypeName(const arrow::DataType& type) {
  const std::string quoted = "\"" + SqlTypeName(type) + "\"";
  return FindUserDefined(type) == nullptr ? quoted : "UDT(" + quoted + ")";
}

}  // namespace thalweg
