#include "thalweg/python/map_functions.h"

#include "thalweg/python/test_support.h"

namespace thalweg::python {
namespace {

SchemaPtr RowSchema() {
  return arrow::schema({arrow::field("id", arrow::int64()), arrow::field("s", arrow::utf8())});
}

Batch FourRows() {
  return Rows(
      {Column(arrow::int64(), "[1, 2, 3, 4]"), Column(arrow::utf8(), R"(["a", null, "c", "d"])")});
}

Result<Batch> RunMap(const std::string& name, EvalType type, const std::vector<Batch>& inputs) {
  ARROW_ASSIGN_OR_RAISE(auto function,
                        MakeMapFunction(TestPool(), TestSettings(), TestFunction(name, type),
                                        RowSchema(), RowSchema()));
  return RunAll(function.get(), inputs);
}

TEST(MapFunctions, AnyRowsForRows) {
  const auto filtered = RunMap("map_filter", EvalType::kMapPandasIter, {FourRows(), FourRows()});
  ExpectColumn(filtered, 0, "[3, 4, 3, 4]");
  ExpectColumn(filtered, 1, R"(["c", "d", "c", "d"])");
  for (const EvalType type : {EvalType::kMapPandasIter, EvalType::kMapArrowIter}) {
    const auto same = RunMap("map_identity", type, {FourRows()});
    ExpectColumn(same, 0, "[1, 2, 3, 4]");
    ExpectColumn(same, 1, R"(["a", null, "c", "d"])");
  }
}

TEST(MapFunctions, RowsFromNothing) {
  const auto made = RunMap("map_from_nothing", EvalType::kMapPandasIter, {});
  ExpectColumn(made, 0, "[7]");
  ExpectColumn(RunMap("map_identity", EvalType::kMapArrowIter, {}), 0, "[]");
}

TEST(MapFunctions, AFunctionMayEndEarly) {
  auto function = MakeMapFunction(TestPool(), TestSettings(),
                                  TestFunction("map_first_only", EvalType::kMapArrowIter),
                                  RowSchema(), RowSchema())
                      .ValueOrDie();
  arrow::Int64Builder ids;
  arrow::StringBuilder texts;
  for (int64_t row = 0; row < 10000; ++row) {
    ASSERT_OK(ids.Append(row));
    ASSERT_OK(texts.Append(std::string(200, 'x')));
  }
  const Batch rows = Rows({ids.Finish().ValueOrDie(), texts.Finish().ValueOrDie()});
  const auto result = RunAll(function.get(), std::vector<Batch>(20, rows));
  ASSERT_TRUE(result.ok()) << RenderError(result.status());
  EXPECT_EQ(result->num_rows, 10000);
}

TEST(MapFunctions, MoreRowsOutThanInDoNotBlock) {
  arrow::Int64Builder ids;
  arrow::StringBuilder texts;
  for (int64_t row = 0; row < 5000; ++row) {
    ASSERT_OK(ids.Append(row));
    ASSERT_OK(texts.Append("0123456789"));
  }
  const Batch rows = Rows({ids.Finish().ValueOrDie(), texts.Finish().ValueOrDie()});
  auto function = MakeMapFunction(TestPool(), TestSettings(),
                                  TestFunction("map_explode", EvalType::kMapArrowIter), RowSchema(),
                                  RowSchema())
                      .ValueOrDie();
  int64_t num_rows = 0;
  const exec::EmitRows emit = [&](Batch out) {
    num_rows += out.num_rows;
    return Status::OK();
  };
  auto run = function->Start({}).ValueOrDie();
  for (int batch = 0; batch < 6; ++batch) ASSERT_OK(run->Send(rows, emit));
  ASSERT_OK(run->Finish(emit));
  EXPECT_EQ(num_rows, 6 * 5000 * 200);
}

TEST(MapFunctions, ResultsOfAnotherTypeAreRefused) {
  const auto result = RunMap("map_arrow_wrong", EvalType::kMapArrowIter, {FourRows()});
  EXPECT_TRUE(IsCondition(result.status(), "ARROW_TYPE_MISMATCH")) << RenderError(result.status());
}

}  // namespace
}  // namespace thalweg::python
