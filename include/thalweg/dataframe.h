#pragma once

// A DataFrame is a query: rows with named columns, bounded or a stream. Methods that give another
// DataFrame only describe: nothing is looked up and nothing runs until an action (Schema, Collect,
// Count, Show, Write().Save, WriteStream().Start ...). What was wrong on the way, bad DDL text or a
// column that does not exist, is returned by the action.

#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <arrow/type_fwd.h>

#include "thalweg/column.h"
#include "thalweg/group_state.h"
#include "thalweg/observation.h"
#include "thalweg/stateful_processor.h"
#include "thalweg/status.h"

namespace thalweg {

class DataFrameWriter;
class DataStreamWriter;
class GroupedData;

/// Names and types of columns: DDL text ("a INT, b STRING") or an Arrow schema. Value type.
class RowSchema {
 public:
  RowSchema(const char* ddl) : ddl_(ddl) {}                               // NOLINT: implicit
  RowSchema(std::string ddl) : ddl_(std::move(ddl)) {}                    // NOLINT: implicit
  RowSchema(std::shared_ptr<arrow::Schema> s) : schema_(std::move(s)) {}  // NOLINT: implicit

  const std::string& ddl() const { return ddl_; }
  /// Null: it is DDL text.
  const std::shared_ptr<arrow::Schema>& schema() const { return schema_; }

 private:
  std::string ddl_;
  std::shared_ptr<arrow::Schema> schema_;
};

namespace api {
struct Frame;
}

/// Cheap to copy, immutable; may be used by several threads. Holds its session.
class DataFrame {
 public:
  explicit DataFrame(std::shared_ptr<const api::Frame> frame) : frame_(std::move(frame)) {}

  /// Select("a", Col("b") + 1) or Select({...}). Aggregates without GroupBy give one row.
  DataFrame Select(const std::vector<Column>& columns) const;
  template <typename... C>
  requires ColumnList<C...> DataFrame Select(const C&... columns)
  const { return Select(std::vector<Column>{Column(columns)...}); }
  /// As Select with SQL text: {"a", "b + 1 AS c"}.
  DataFrame SelectExpr(const std::vector<std::string>& expressions) const;
  DataFrame Filter(const Column& condition) const;
  /// SQL text: "a > 1 AND b IS NOT NULL".
  DataFrame Filter(const std::string& condition) const;
  DataFrame Filter(const char* condition) const { return Filter(std::string(condition)); }
  template <typename C>
  DataFrame Where(const C& condition) const {
    return Filter(condition);
  }

  GroupedData GroupBy(const std::vector<Column>& columns) const;
  template <typename... C>
  requires ColumnList<C...> GroupedData GroupBy(const C&... columns)
  const;
  /// Aggregates over all rows.
  DataFrame Agg(const std::vector<Column>& aggregates) const;
  template <typename... C>
  requires ColumnList<C...> DataFrame Agg(const C&... aggregates)
  const { return Agg(std::vector<Column>{Column(aggregates)...}); }

  /// Types by Spark's names: inner, cross, outer, full, fullouter, left, leftouter, right,
  /// rightouter, semi, leftsemi, anti, leftanti; underscores and case do not count.
  /// On columns both sides have, which come out once.
  DataFrame Join(const DataFrame& right, const std::vector<std::string>& columns,
                 const std::string& type = "inner") const;
  /// On a condition (a Column) or on one column (its name). Columns of equal name on both sides are
  /// told apart by Alias(): Col("a.id") == Col("b.id").
  template <typename On>
  requires(std::same_as<On, Column> || std::convertible_to<const On&, std::string>) DataFrame
      Join(const DataFrame& right, const On& on, const std::string& type = "inner")
  const {
    if constexpr (std::same_as<On, Column>) {
      return JoinOn(right, on, type);
    } else {
      return Join(right, std::vector<std::string>{on}, type);
    }
  }
  DataFrame CrossJoin(const DataFrame& right) const;
  /// Keeps duplicates, matches columns by position.
  DataFrame Union(const DataFrame& other) const;
  DataFrame UnionAll(const DataFrame& other) const { return Union(other); }
  /// Keeps duplicates, matches columns by name.
  DataFrame UnionByName(const DataFrame& other) const;
  DataFrame Intersect(const DataFrame& other) const;
  DataFrame Except(const DataFrame& other) const;

  /// Rows that a function of the program makes of these (Spark's mapInArrow): `factory` is called
  /// for each partition of each micro-batch.
  DataFrame MapPartitions(std::function<std::unique_ptr<PartitionFunction>()> factory,
                          const RowSchema& output) const;

  DataFrame Distinct() const;
  /// The first row for each value of `columns` (none: of all columns).
  DataFrame DropDuplicates(const std::vector<std::string>& columns = {}) const;
  /// As above on a stream, remembering each value for the watermark's delay only.
  DataFrame DropDuplicatesWithinWatermark(const std::vector<std::string>& columns = {}) const;
  /// Rows later than `delay` ("10 minutes") behind the newest `event_time` may be dropped
  /// (semantics 4). Does nothing on a bounded frame.
  DataFrame WithWatermark(const std::string& event_time, const std::string& delay) const;

  /// Replaces the column of that name, or adds one.
  DataFrame WithColumn(const std::string& name, const Operand& value) const;
  /// Looks the columns up at once. Nothing happens if there is no such column.
  DataFrame WithColumnRenamed(const std::string& existing, const std::string& name) const;
  /// New names for all columns.
  DataFrame ToDF(const std::vector<std::string>& names) const;
  DataFrame Drop(const std::vector<std::string>& columns) const;
  DataFrame OrderBy(const std::vector<Column>& columns) const;
  template <typename... C>
  requires ColumnList<C...> DataFrame OrderBy(const C&... columns)
  const { return OrderBy(std::vector<Column>{Column(columns)...}); }
  template <typename... C>
  DataFrame Sort(const C&... columns) const {
    return OrderBy(columns...);
  }
  /// The same rows in `num_partitions` partitions (1 to 1,000,000), which written files show: in
  /// turn, or by the hash of `columns`.
  DataFrame Repartition(int num_partitions, const std::vector<Column>& columns = {}) const;
  /// By the hash of `columns` in 200 partitions, small ones of which are merged.
  DataFrame Repartition(const std::vector<Column>& columns) const;
  /// By ranges of `columns`, ascending unless they say otherwise (Col("a").Desc()).
  DataFrame RepartitionByRange(int num_partitions, const std::vector<Column>& columns) const;
  DataFrame RepartitionByRange(const std::vector<Column>& columns) const;
  /// At most so many partitions, without dividing any.
  DataFrame Coalesce(int num_partitions) const;
  /// Rows of each partition in order; partitions keep theirs.
  DataFrame SortWithinPartitions(const std::vector<Column>& columns) const;
  DataFrame Limit(int count) const;
  /// The same rows, aggregated aside: `metrics` are aggregates, by name ("sum(v)" or As()). In a
  /// streaming query each micro-batch's values are in its progress under `name`.
  DataFrame Observe(const std::string& name, const std::vector<Column>& metrics) const;
  /// The same for a bounded frame: `observation` takes the values of the first action. An
  /// observation serves one frame.
  DataFrame Observe(const Observation& observation, const std::vector<Column>& metrics) const;
  DataFrame Offset(int count) const;
  /// Qualifies the columns: Col("name.column").
  DataFrame Alias(const std::string& name) const;
  /// One string column `value` with each row as JSON.
  DataFrame ToJson() const;

  /// Registers the frame under a name for SQL. Names inside it mean what they mean now.
  Status CreateOrReplaceTempView(const std::string& name) const;
  /// Errors: TEMP_TABLE_OR_VIEW_ALREADY_EXISTS.
  Status CreateTempView(const std::string& name) const;

  Result<std::shared_ptr<arrow::Schema>> Schema() const;
  Result<std::vector<std::string>> Columns() const;
  Result<bool> IsStreaming() const;
  /// Prints the tree of columns to the session's console.
  Status PrintSchema() const;

  /// All rows. Errors: those of the query; a stream cannot be collected.
  Result<std::shared_ptr<arrow::Table>> Collect() const;
  Result<int64_t> Count() const;
  /// At most `count` rows; First() at most one.
  Result<std::shared_ptr<arrow::Table>> Take(int count) const;
  Result<std::shared_ptr<arrow::Table>> First() const { return Take(1); }
  Result<bool> IsEmpty() const;
  /// The first rows as a text table. `truncate` 0: whole cells.
  Result<std::string> ShowString(int num_rows = 20, int truncate = 20, bool vertical = false) const;
  /// Prints ShowString() to the session's console.
  Status Show(int num_rows = 20, int truncate = 20, bool vertical = false) const;
  Result<std::string> ExplainString(bool extended = false) const;
  Status Explain(bool extended = false) const;

  DataFrameWriter Write() const;
  DataStreamWriter WriteStream() const;

  const std::shared_ptr<const api::Frame>& frame() const { return frame_; }

 private:
  DataFrame JoinOn(const DataFrame& right, const Column& condition, const std::string& type) const;

  std::shared_ptr<const api::Frame> frame_;
};

/// What GroupBy() gives: rows by their values of the grouping columns, waiting for aggregates. The
/// result has the grouping columns first. Value type.
class GroupedData {
 public:
  GroupedData(DataFrame input, std::vector<Column> grouping)
      : input_(std::move(input)), grouping_(std::move(grouping)) {}

  DataFrame Agg(const std::vector<Column>& aggregates) const;
  template <typename... C>
  requires ColumnList<C...> DataFrame Agg(const C&... aggregates)
  const { return Agg(std::vector<Column>{Column(aggregates)...}); }
  /// Rows of each group, in the column `count`.
  DataFrame Count() const;
  /// Of the named columns, one at least: `sum(a)`, `avg(a)`, ...
  DataFrame Sum(const std::vector<Column>& columns) const { return Each("sum", columns); }
  DataFrame Avg(const std::vector<Column>& columns) const { return Each("avg", columns); }
  DataFrame Min(const std::vector<Column>& columns) const { return Each("min", columns); }
  DataFrame Max(const std::vector<Column>& columns) const { return Each("max", columns); }
  template <typename... C>
  requires ColumnList<C...> DataFrame Sum(const C&... columns)
  const { return Each("sum", {Column(columns)...}); }
  template <typename... C>
  requires ColumnList<C...> DataFrame Avg(const C&... columns)
  const { return Each("avg", {Column(columns)...}); }
  template <typename... C>
  requires ColumnList<C...> DataFrame Min(const C&... columns)
  const { return Each("min", {Column(columns)...}); }
  template <typename... C>
  requires ColumnList<C...> DataFrame Max(const C&... columns)
  const { return Each("max", {Column(columns)...}); }

  /// What `function` makes of all rows of each key (Spark's applyInPandas, flatMapGroups). On a
  /// stream: of the rows of a micro-batch.
  DataFrame FlatMapGroups(FlatMapGroupsFunction function, const RowSchema& output) const;

  /// One row for each key with rows or whose timeout has passed, made from them and from a state of
  /// the columns `state` that is kept for the key (semantics 5.6). A query has one; update mode
  /// only.
  DataFrame MapGroupsWithState(MapGroupsWithStateFunction function, const RowSchema& state,
                               const RowSchema& output,
                               GroupStateTimeout timeout = GroupStateTimeout::kNoTimeout) const;
  /// From an initial state: grouped rows of a bounded frame, one a key, with the columns of
  /// `state`. Keys of it without rows are also called for, once.
  DataFrame MapGroupsWithState(MapGroupsWithStateFunction function, const RowSchema& state,
                               const RowSchema& output, GroupStateTimeout timeout,
                               const GroupedData& initial_state) const;
  /// As above with any number of rows. `output_mode` ("append", "update") says what these are and
  /// where the function may stand (semantics 1.2).
  DataFrame FlatMapGroupsWithState(FlatMapGroupsWithStateFunction function, const RowSchema& state,
                                   const RowSchema& output, const std::string& output_mode,
                                   GroupStateTimeout timeout) const;
  DataFrame FlatMapGroupsWithState(FlatMapGroupsWithStateFunction function, const RowSchema& state,
                                   const RowSchema& output, const std::string& output_mode,
                                   GroupStateTimeout timeout,
                                   const GroupedData& initial_state) const;

  /// Rows that a processor with named state variables and timers makes (semantics 5.8).
  DataFrame TransformWithState(StatefulProcessorFactory factory, const RowSchema& output,
                               const std::string& output_mode, TimeMode time_mode) const;
  /// HandleInitialState() gets the rows of `initial_state`, which is bounded.
  DataFrame TransformWithState(StatefulProcessorFactory factory, const RowSchema& output,
                               const std::string& output_mode, TimeMode time_mode,
                               const GroupedData& initial_state) const;
  /// In the time mode kEventTime. The output column `event_time_column` carries on the watermark:
  /// stateful operators may follow. Rows that are late there fail with
  /// EMITTING_ROWS_OLDER_THAN_WATERMARK_NOT_ALLOWED.
  DataFrame TransformWithState(StatefulProcessorFactory factory, const RowSchema& output,
                               const std::string& output_mode,
                               const std::string& event_time_column) const;
  DataFrame TransformWithState(StatefulProcessorFactory factory, const RowSchema& output,
                               const std::string& output_mode, const std::string& event_time_column,
                               const GroupedData& initial_state) const;

  const DataFrame& input() const { return input_; }
  const std::vector<Column>& grouping() const { return grouping_; }

 private:
  DataFrame Each(const char* function, const std::vector<Column>& columns) const;

  DataFrame input_;
  std::vector<Column> grouping_;
};

template <typename... C>
requires ColumnList<C...> GroupedData DataFrame::GroupBy(const C&... columns)
const { return GroupBy(std::vector<Column>{Column(columns)...}); }

}  // namespace thalweg
