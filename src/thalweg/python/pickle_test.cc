#include "thalweg/python/pickle_reader.h"
#include "thalweg/python/python_values.h"
#include "thalweg/python/row_pickler.h"
#include "thalweg/python/test_support.h"

namespace thalweg::python {
namespace {

std::string Bytes(std::initializer_list<int> values) {
  std::string bytes;
  for (const int value : values) bytes.push_back(static_cast<char>(value));
  return bytes;
}

TEST(PickleReader, ReadsWhatPythonWrites) {
  // pickle.dumps([1, -1, 2**40, 1.5, "ä", b"b", None, True, (1, 2), {"k": 3}], 5)
  const std::string bytes =
      Bytes({0x80, 0x05, 0x95, 0x37, 0,    0,    0,    0,    0,    0,    0,    0x5d, 0x94, 0x28,
             0x4b, 0x01, 0x4a, 0xff, 0xff, 0xff, 0xff, 0x8a, 0x06, 0,    0,    0,    0,    0,
             0x01, 0x47, 0x3f, 0xf8, 0,    0,    0,    0,    0,    0,    0x8c, 0x02, 0xc3, 0xa4,
             0x94, 0x43, 0x01, 0x62, 0x94, 0x4e, 0x88, 0x4b, 0x01, 0x4b, 0x02, 0x86, 0x94, 0x7d,
             0x94, 0x8c, 0x01, 0x6b, 0x94, 0x4b, 0x03, 0x73, 0x65, 0x2e});
  const auto list = ReadPickle(bytes).ValueOrDie();
  ASSERT_EQ(list->items.size(), 10U);
  EXPECT_EQ(list->items[1]->integer, -1);
  EXPECT_EQ(list->items[2]->integer, 1LL << 40);
  EXPECT_EQ(list->items[3]->real, 1.5);
  EXPECT_EQ(list->items[4]->text, "ä");
  EXPECT_EQ(list->items[5]->kind, PickleValue::Kind::kBytes);
  EXPECT_EQ(list->items[6]->kind, PickleValue::Kind::kNone);
  EXPECT_EQ(list->items[8]->items.size(), 2U);
  EXPECT_EQ(list->items[9]->items[1]->integer, 3);
}

TEST(PickleReader, DamageIsAnErrorNotACrash) {
  const std::string whole =
      Bytes({0x80, 0x05, 0x5d, 0x94, 0x28, 0x4b, 0x01, 0x8c, 0x01, 0x61, 0x65, 0x2e});
  ASSERT_TRUE(ReadPickle(whole).ok());
  for (size_t length = 0; length < whole.size(); ++length) {
    EXPECT_FALSE(ReadPickle(whole.substr(0, length)).ok()) << length;
  }
  for (size_t place = 0; place < whole.size(); ++place) {
    for (int value = 0; value < 256; ++value) {
      std::string changed = whole;
      changed[place] = static_cast<char>(value);
      (void)ReadPickle(changed).ok();
    }
  }
  EXPECT_FALSE(ReadPickle("cos\nsystem\n(X\x02\0\0\0lstR.").ok());
  EXPECT_FALSE(ReadPickle("").ok());
}

TEST(PythonValues, OtherKindsAreNullAndTextTakesAll) {
  arrow::StringBuilder texts;
  PickleValue value;
  value.kind = PickleValue::Kind::kBool;
  value.integer = 1;
  ASSERT_OK(AppendPythonValue(value, &texts));
  value.kind = PickleValue::Kind::kFloat;
  value.real = 1;
  ASSERT_OK(AppendPythonValue(value, &texts));
  EXPECT_TRUE(texts.Finish().ValueOrDie()->Equals(*Column(arrow::utf8(), R"(["true", "1.0"])")));
  arrow::Int8Builder numbers;
  ASSERT_OK(AppendPythonValue(value, &numbers));
  value.kind = PickleValue::Kind::kInt;
  value.integer = 300;
  ASSERT_OK(AppendPythonValue(value, &numbers));
  EXPECT_TRUE(numbers.Finish().ValueOrDie()->Equals(*Column(arrow::int8(), "[null, 44]")));
}

TEST(RowPickler, CalendarIntervalsAreRefused) {
  const SchemaPtr schema = arrow::schema({arrow::field("i", CalendarIntervalType())});
  EXPECT_TRUE(
      IsCondition(RowPickler::Make(schema, RowPickler::Rows::kTuplesIfPossible, true).status(),
                  "UNSUPPORTED_DATATYPE"));
}

}  // namespace
}  // namespace thalweg::python
