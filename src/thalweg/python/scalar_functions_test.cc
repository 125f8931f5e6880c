#include "thalweg/python/scalar_functions.h"

#include "thalweg/python/test_support.h"

namespace thalweg::python {
namespace {

Batch Numbers() { return Rows({Column(arrow::int64(), "[1, null, 3]")}); }

TEST(ScalarFunctions, PlainFunctionsSeeValuesAndNull) {
  for (const EvalType type : {EvalType::kBatched, EvalType::kArrowBatched}) {
    ExpectColumn(RunScalar({Call("plus_one", type, {0})}, Numbers()), 0, "[2, null, 4]");
  }
}

TEST(ScalarFunctions, PandasAndArrowFunctions) {
  ExpectColumn(RunScalar({Call("plus_one", EvalType::kScalarPandas, {0})}, Numbers()), 0,
               "[2, null, 4]");
  if (TestProtocol() == Protocol::k40) return;
  ExpectColumn(RunScalar({Call("arrow_plus_one", EvalType::kScalarArrow, {0})}, Numbers()), 0,
               "[2, null, 4]");
}

TEST(ScalarFunctions, IteratorFunctions) {
  ExpectColumn(RunScalar({Call("iterator_plus_one", EvalType::kScalarPandasIter, {0})}, Numbers()),
               0, "[2, null, 4]");
  const Batch two = Rows({Column(arrow::int64(), "[1, 2]"), Column(arrow::int64(), "[10, 20]")});
  ExpectColumn(RunScalar({Call("iterator_add", EvalType::kScalarPandasIter, {0, 1})}, two), 0,
               "[11, 22]");
  if (TestProtocol() == Protocol::k40) return;
  ExpectColumn(
      RunScalar({Call("arrow_iterator_plus_one", EvalType::kScalarArrowIter, {0})}, Numbers()), 0,
      "[2, null, 4]");
}

TEST(ScalarFunctions, SeveralCallsChainsAndNamesInOneTrip) {
  const Batch two = Rows({Column(arrow::int64(), "[1, 2]"), Column(arrow::int64(), "[10, 20]")});
  for (const EvalType type :
       {EvalType::kBatched, EvalType::kArrowBatched, EvalType::kScalarPandas}) {
    ScalarCall chain = Call("plus_one", type, {0});
    chain.chain.push_back(TestFunction("twice", type));
    ScalarCall named = Call("add", type, {0});
    named.arguments.push_back({1, "b"});
    const auto result = RunScalar({chain, named}, two);
    ExpectColumn(result, 0, "[4, 6]");
    ExpectColumn(result, 1, "[11, 22]");
  }
}

TEST(ScalarFunctions, WithoutArgumentsOrRows) {
  Batch rows;
  rows.num_rows = 3;
  ExpectColumn(RunScalar({Call("zero_arguments", EvalType::kArrowBatched, {})}, rows), 0,
               "[42, 42, 42]");
  const Batch none = Rows({Column(arrow::int64(), "[]")});
  for (const EvalType type :
       {EvalType::kBatched, EvalType::kArrowBatched, EvalType::kScalarPandas}) {
    ExpectColumn(RunScalar({Call("plus_one", type, {0})}, none), 0, "[]");
  }
}

struct TypedColumn {
  const char* name;
  TypePtr type;
  const char* json;
};

std::vector<TypedColumn> EveryType() {
  const TypePtr pair =
      arrow::struct_({arrow::field("x", arrow::int32()), arrow::field("y", arrow::utf8())});
  return {
      {"b", arrow::boolean(), "[true, null, false]"},
      {"i8", arrow::int8(), "[-128, null, 127]"},
      {"i16", arrow::int16(), "[-32768, null, 32767]"},
      {"i32", arrow::int32(), "[-2147483648, null, 2147483647]"},
      {"i64", arrow::int64(), "[-9223372036854775808, null, 5000000000]"},
      {"f", arrow::float32(), "[1.5, null, -0.25]"},
      {"d", arrow::float64(), "[1.1, null, -1e300]"},
      {"n", DecimalOf(10, 2), R"(["1.50", null, "-99999999.99"])"},
      {"s", arrow::utf8(), R"(["", null, "größer 水"])"},
      {"bin", arrow::binary(), R"(["", null, "abc"])"},
      {"dt", arrow::date32(), "[0, null, -719162]"},
      {"ts", TimestampType(), "[0, null, 1577836800123456]"},
      {"tn", TimestampNtzType(), "[0, null, 1577836800123456]"},
      {"iv", DayTimeIntervalType(), "[1, null, -86400000000]"},
      {"a", ArrayOf(arrow::int32()), "[[1, null], null, []]"},
      {"m", MapOf(arrow::utf8(), arrow::int32()), R"([[["k", 1]], null, [["a", null], ["b", 2]]])"},
      {"st", pair, R"([{"x": 1, "y": "a"}, null, {"x": null, "y": null}])"},
  };
}

void ExpectUnchanged(EvalType eval_type, const TypedColumn& column) {
  const Batch input = Rows({Column(column.type, column.json)});
  exec::ExternalTask task;
  task.session_time_zone = "America/New_York";
  const auto result =
      RunScalar({Call(std::string("all_") + column.name, eval_type, {0}, column.type)}, input,
                TestSettings(), task);
  ASSERT_TRUE(result.ok()) << column.name << ": " << RenderError(result.status());
  EXPECT_TRUE(result->columns[0]->Equals(*input.columns[0]))
      << column.name << ": " << result->columns[0]->ToString();
  EXPECT_TRUE(result->columns[0]->type()->Equals(*column.type)) << column.name;
}

TEST(ScalarFunctions, EveryTypeComesBackUnchanged) {
  std::vector<EvalType> kinds = {EvalType::kBatched};
  // PySpark 4.0 goes by way of pandas.
  if (TestProtocol() >= Protocol::k41) {
    kinds.push_back(EvalType::kArrowBatched);
    kinds.push_back(EvalType::kScalarArrow);
  }
  for (const EvalType kind : kinds) {
    for (const TypedColumn& column : EveryType()) ExpectUnchanged(kind, column);
  }
}

TEST(ScalarFunctions, EveryTypeComesBackFromPandas) {
  for (const TypedColumn& column : EveryType()) {
    const std::string name = column.name;
    // In pandas a null struct becomes a struct of nulls, and integers with nulls become floats.
    if (name == "st" || name == "i64") continue;
    ExpectUnchanged(EvalType::kScalarPandas, column);
  }
}

TEST(ScalarFunctions, AResultOfAnotherKindIsNullOrAnError) {
  ExpectColumn(RunScalar({Call("wrong_result", EvalType::kBatched, {0})}, Numbers()), 0,
               "[null, null, null]");
  const auto result = RunScalar({Call("wrong_result", EvalType::kArrowBatched, {0})}, Numbers());
  EXPECT_TRUE(IsCondition(result.status(), "PYTHON_EXCEPTION")) << RenderError(result.status());
}

TEST(ScalarFunctions, TimestampsAreSeenInTheSessionTimeZone) {
  exec::ExternalTask task;
  task.session_time_zone = "Europe/Berlin";
  const Batch input = Rows({Column(TimestampType(), "[0]")});
  ExpectColumn(
      RunScalar({Call("hour_of", EvalType::kScalarPandas, {0})}, input, TestSettings(), task), 0,
      "[1]");
}

TEST(ScalarFunctions, RowsAreSentInChunks) {
  PythonSettings settings = TestSettings();
  auto function =
      MakeScalarFunction(TestPool(), settings, {Call("batch_length", EvalType::kScalarPandas, {0})},
                         {arrow::int64()})
          .ValueOrDie();
  arrow::Int64Builder builder;
  for (int64_t row = 0; row < 7000; ++row) ASSERT_OK(builder.Append(row));
  const Batch rows = Rows({builder.Finish().ValueOrDie()});
  const auto result = RunAll(function.get(), {rows, rows, rows});
  ASSERT_TRUE(result.ok()) << RenderError(result.status());
  const auto& lengths = static_cast<const arrow::Int64Array&>(*result->columns[0]);
  ASSERT_EQ(lengths.length(), 21000);
  EXPECT_EQ(lengths.Value(0), 10000);
  EXPECT_EQ(lengths.Value(10000), 10000);
  EXPECT_EQ(lengths.Value(20000), 1000);
}

TEST(ScalarFunctions, ARunThatDropsRowsFails) {
  const auto result =
      RunScalar({Call("iterator_drops_rows", EvalType::kScalarPandasIter, {0})}, Numbers());
  ASSERT_TRUE(IsCondition(result.status(), "PYTHON_EXCEPTION")) << RenderError(result.status());
  EXPECT_NE(result.status().message().find("RESULT_ROWS_MISMATCH"), std::string::npos)
      << result.status().message();
}

}  // namespace
}  // namespace thalweg::python
