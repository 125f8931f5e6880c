#include "thalweg/python/aggregate_functions.h"
#include "thalweg/python/grouped_map_functions.h"
#include "thalweg/python/test_support.h"

namespace thalweg::python {
namespace {

SchemaPtr PairSchema() {
  return arrow::schema({arrow::field("k", arrow::int64()), arrow::field("n", arrow::int64())});
}

Batch Pairs(const std::string& keys, const std::string& values) {
  return Rows({Column(arrow::int64(), keys), Column(arrow::int64(), values)});
}

std::vector<std::vector<Batch>> TwoGroups() {
  return {{Pairs("[1, 1]", "[10, 20]")}, {Pairs("[2, 2, 2]", "[1, null, 2]")}};
}

Result<Batch> RunGrouped(const std::string& name, EvalType type,
                         const std::vector<std::vector<Batch>>& groups) {
  ARROW_ASSIGN_OR_RAISE(auto function,
                        MakeGroupedMapFunction(TestPool(), TestSettings(), TestFunction(name, type),
                                               {PairSchema(), {0}, {0, 1}}, PairSchema()));
  return RunGroups(function.get(), groups);
}

TEST(GroupFunctions, PandasFunctionsOverGroups) {
  for (const char* name : {"group_sum", "group_sum_with_key"}) {
    const auto sums = RunGrouped(name, EvalType::kGroupedMapPandas, TwoGroups());
    ExpectColumn(sums, 0, "[1, 2]");
    ExpectColumn(sums, 1, "[30, 3]");
  }
  ExpectColumn(RunGrouped("group_sum", EvalType::kGroupedMapPandas, {}), 0, "[]");
}

TEST(GroupFunctions, ArrowFunctionsOverGroups) {
  const auto sums = RunGrouped("group_arrow", EvalType::kGroupedMapArrow, TwoGroups());
  ExpectColumn(sums, 0, "[1, 2]");
  ExpectColumn(sums, 1, "[30, 3]");
}

TEST(GroupFunctions, IteratorsOverGroups) {
  if (TestProtocol() == Protocol::k40) return;
  const auto counts =
      RunGrouped("group_arrow_batches", EvalType::kGroupedMapArrowIter, TwoGroups());
  ExpectColumn(counts, 0, "[1, 2]");
  ExpectColumn(counts, 1, "[2, 3]");
  const auto again = RunGrouped("group_batches", EvalType::kGroupedMapPandasIter, TwoGroups());
  ExpectColumn(again, 1, "[2, 3]");
}

TEST(GroupFunctions, CogroupsWithOneSideEmpty) {
  const Batch none = Pairs("[]", "[]");
  const std::vector<std::vector<Batch>> groups = {
      {Pairs("[1, 1]", "[10, 20]"), Pairs("[1]", "[5]")},
      {Pairs("[2]", "[10]"), none},
      {none, Pairs("[3, 3, 3]", "[1, 2, 3]")}};
  const GroupColumns columns = {PairSchema(), {0}, {0, 1}};
  for (const auto& [name, type] : {std::pair{"cogroup_counts", EvalType::kCogroupedMapPandas},
                                   std::pair{"cogroup_arrow", EvalType::kCogroupedMapArrow}}) {
    auto function = MakeCogroupedMapFunction(TestPool(), TestSettings(), TestFunction(name, type),
                                             columns, columns, PairSchema());
    const auto counts = RunGroups(function.ValueOrDie().get(), groups);
    ExpectColumn(counts, 0, "[1, 2, 3]");
    ExpectColumn(counts, 1, "[21, 10, 3]");
  }
}

Result<Batch> RunAggregates(const std::vector<ScalarCall>& calls) {
  ARROW_ASSIGN_OR_RAISE(auto function,
                        MakeAggregateFunction(TestPool(), TestSettings(), calls, {arrow::int64()}));
  return RunGroups(function.get(), {{Rows({Column(arrow::int64(), "[1, 2]")})},
                                    {Rows({Column(arrow::int64(), "[10]")})}});
}

TEST(GroupFunctions, AggregatesGiveARowPerGroup) {
  const auto pandas =
      RunAggregates({Call("pandas_mean", EvalType::kGroupedAggPandas, {0}, arrow::float64()),
                     Call("pandas_mean", EvalType::kGroupedAggPandas, {0}, arrow::float64())});
  ExpectColumn(pandas, 0, "[1.5, 10.0]");
  ExpectColumn(pandas, 1, "[1.5, 10.0]");
  if (TestProtocol() == Protocol::k40) return;
  ExpectColumn(
      RunAggregates({Call("arrow_mean", EvalType::kGroupedAggArrow, {0}, arrow::float64())}), 0,
      "[1.5, 10.0]");
  if (TestProtocol() == Protocol::k41) return;
  ExpectColumn(RunAggregates({Call("pandas_iterator_sum", EvalType::kGroupedAggPandasIter, {0},
                                   arrow::float64())}),
               0, "[3.0, 10.0]");
  ExpectColumn(RunAggregates({Call("arrow_iterator_sum", EvalType::kGroupedAggArrowIter, {0},
                                   arrow::float64())}),
               0, "[3.0, 10.0]");
}

TEST(GroupFunctions, WindowsGiveARowPerRow) {
  const Batch group =
      Rows({Column(arrow::int32(), "[0, 0, 1]"), Column(arrow::int32(), "[2, 3, 3]"),
            Column(arrow::int64(), "[1, 2, 6]")});
  std::vector<std::pair<const char*, EvalType>> kinds = {
      {"pandas_mean", EvalType::kWindowAggPandas}};
  if (TestProtocol() >= Protocol::k41) kinds.push_back({"arrow_mean", EvalType::kWindowAggArrow});
  for (const auto& [name, type] : kinds) {
    auto bounded = MakeWindowFunction(
        TestPool(), TestSettings(), {Call(name, type, {0, 1, 2}, arrow::float64())},
        {WindowBounds::kBounded}, {arrow::int32(), arrow::int32(), arrow::int64()});
    ExpectColumn(RunGroups(bounded.ValueOrDie().get(), {{group}}), 0, "[1.5, 3.0, 4.0]");
    auto unbounded =
        MakeWindowFunction(TestPool(), TestSettings(), {Call(name, type, {0}, arrow::float64())},
                           {WindowBounds::kUnbounded}, {arrow::int64()});
    ExpectColumn(RunGroups(unbounded.ValueOrDie().get(),
                           {{Rows({group.columns[2]})}, {Rows({Column(arrow::int64(), "[7]")})}}),
                 0, "[3.0, 3.0, 3.0, 7.0]");
  }
}

}  // namespace
}  // namespace thalweg::python
