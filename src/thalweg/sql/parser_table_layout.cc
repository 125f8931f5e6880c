// How a table lies in files: PARTITIONED BY, CLUSTERED BY ... SORTED BY ... INTO n BUCKETS, and
// CLUSTER BY.

#include <cstdint>
#include <string>

#include <fmt/format.h>

#include "thalweg/sql/parser_state.h"

namespace thalweg::sql {

Status Parser::ParsePartitionedBy(spec::Statement* statement) {
  ARROW_RETURN_NOT_OK(ExpectWord("BY"));
  const int after = 1 + IdentifierLength(1);
  if (AtSymbol("(") && AtIdentifier(1) && !AtSymbol(",", after) && !AtSymbol(")", after)) {
    return Unsupported("PARTITIONED BY anything but column names");
  }
  return ParseIdentifierList().Value(&statement->partition_by);
}

Result<std::vector<std::string>> Parser::ParseSortedBy() {
  std::vector<std::string> columns;
  ARROW_RETURN_NOT_OK(ExpectWord("BY"));
  ARROW_RETURN_NOT_OK(ExpectSymbol("("));
  do {
    ARROW_ASSIGN_OR_RAISE(auto name, ParseIdentifier());
    columns.push_back(std::move(name));
    if (AtWord("DESC")) {
      return MakeError("_LEGACY_ERROR_TEMP_0035",
                       {{"message", fmt::format("Column ordering must be ASC, was '{}'",
                                                std::string(Peek().text))}},
                       PositionFrom(index()));
    }
    AcceptWord("ASC");
  } while (AcceptSymbol(","));
  ARROW_RETURN_NOT_OK(ExpectSymbol(")"));
  return columns;
}

Status Parser::ParseBuckets(spec::Statement* statement) {
  spec::BucketSpec buckets;
  ARROW_RETURN_NOT_OK(ExpectWord("BY"));
  ARROW_ASSIGN_OR_RAISE(buckets.columns, ParseIdentifierList());
  if (AcceptWord("SORTED")) {
    ARROW_ASSIGN_OR_RAISE(buckets.sort_columns, ParseSortedBy());
  }
  ARROW_RETURN_NOT_OK(ExpectWord("INTO"));
  const int first = index();
  if (Peek().kind != TokenKind::kNumber || Peek().number != NumberKind::kInteger) {
    return SyntaxError();
  }
  const std::string text(Peek().text);
  ++at_;
  // What is too large for an int32_t is too many.
  const int64_t count = text.size() > 9 ? INT64_MAX : std::stoll(text);
  ARROW_RETURN_NOT_OK(spec::CheckBucketCount(count, PositionFrom(first)));
  buckets.num_buckets = static_cast<int32_t>(count);
  ARROW_RETURN_NOT_OK(ExpectWord("BUCKETS"));
  statement->buckets = std::move(buckets);
  return Status::OK();
}

Status Parser::ParseClusterBy(spec::Statement* statement) {
  ARROW_RETURN_NOT_OK(ExpectWord("BY"));
  ARROW_RETURN_NOT_OK(ExpectSymbol("("));
  do {
    ARROW_ASSIGN_OR_RAISE(auto column, ParseMultipartIdentifier());
    statement->cluster_by.push_back(std::move(column));
  } while (AcceptSymbol(","));
  return ExpectSymbol(")");
}

Status Parser::CheckLayout(const spec::Statement& statement, int first) {
  if (statement.cluster_by.empty()) return Status::OK();
  if (statement.buckets) {
    return MakeError("SPECIFY_CLUSTER_BY_WITH_BUCKETING_IS_NOT_ALLOWED", {}, PositionFrom(first));
  }
  if (!statement.partition_by.empty()) {
    return MakeError("SPECIFY_CLUSTER_BY_WITH_PARTITIONED_BY_IS_NOT_ALLOWED", {},
                     PositionFrom(first));
  }
  return Status::OK();
}

}  // namespace thalweg::sql
