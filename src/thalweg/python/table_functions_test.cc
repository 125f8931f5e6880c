#include "thalweg/python/table_functions.h"

#include "thalweg/python/test_support.h"

namespace thalweg::python {
namespace {

SchemaPtr ResultSchema() {
  return arrow::schema({arrow::field("n", arrow::int32()), arrow::field("t", arrow::utf8())});
}

TEST(TableFunctions, OneBatchPerRowThenTheEnd) {
  for (const EvalType type : {EvalType::kTable, EvalType::kArrowTable}) {
    // PySpark 4.0 goes by way of pandas, where integers with nulls are floats.
    if (type == EvalType::kArrowTable && TestProtocol() == Protocol::k40) continue;
    TableCall call;
    call.function = TestFunction("Repeat", type);
    call.function.name = "repeat";
    call.arguments = {{0, std::nullopt}, {1, "text"}};
    auto function = MakeTableFunction(TestPool(), TestSettings(), call,
                                      {arrow::int32(), arrow::utf8()}, ResultSchema())
                        .ValueOrDie();
    std::vector<Batch> results;
    const exec::EmitRows emit = [&](Batch rows) {
      results.push_back(std::move(rows));
      return Status::OK();
    };
    auto run = function->Start({}).ValueOrDie();
    ASSERT_OK(run->Send(Rows({Column(arrow::int32(), "[2, 0, 1, null]"),
                              Column(arrow::utf8(), R"(["a", "b", null, "d"])")}),
                        emit));
    ASSERT_OK(run->Finish(emit));
    ASSERT_EQ(results.size(), 5U) << EvalTypeName(type);
    ExpectColumn(results[0], 0, "[0, 1]");
    ExpectColumn(results[0], 1, R"(["a", "a"])");
    EXPECT_EQ(results[1].num_rows, 0);
    ExpectColumn(results[2], 1, "[null]");
    EXPECT_EQ(results[3].num_rows, 0);
    ExpectColumn(results[4], 0, "[-1]");
    ExpectColumn(results[4], 1, R"(["end"])");
  }
}

TEST(TableFunctions, AnErrorNamesTheMethod) {
  TableCall call;
  call.function = TestFunction("BadTable", EvalType::kArrowTable);
  call.arguments = {{0, std::nullopt}, {1, std::nullopt}};
  auto function = MakeTableFunction(TestPool(), TestSettings(), call,
                                    {arrow::int32(), arrow::utf8()}, ResultSchema())
                      .ValueOrDie();
  const auto result = RunAll(
      function.get(), {Rows({Column(arrow::int32(), "[1]"), Column(arrow::utf8(), R"(["a"])")})});
  ASSERT_TRUE(IsCondition(result.status(), "PYTHON_EXCEPTION")) << RenderError(result.status());
  EXPECT_NE(result.status().message().find("UDTF_EXEC_ERROR"), std::string::npos);
}

}  // namespace
}  // namespace thalweg::python
