#include "thalweg/plan/spec/relation.h"

#include <arrow/type.h>
#include <fmt/format.h>

#include "thalweg/plan/spec/callback.h"
#include "thalweg/plan/spec/join_type_text.h"
#include "thalweg/plan/spec/literal_text.h"
#include "thalweg/plan/spec/relation_arguments.h"

namespace thalweg::plan::spec {
namespace {

std::string JoinTexts(const std::vector<std::string>& texts) {
  std::string out;
  for (const auto& text : texts) out += (out.empty() ? "" : ", ") + text;
  return out;
}

std::string List(const std::vector<ExpressionPtr>& expressions) {
  std::vector<std::string> texts;
  for (const auto& expression : expressions) texts.push_back(ToString(*expression));
  return "[" + JoinTexts(texts) + "]";
}

std::string OrderText(const std::vector<SortOrder>& order) {
  std::vector<std::string> texts;
  for (const auto& item : order) {
    texts.push_back(fmt::format("{} {} NULLS {}", ToString(*item.expression),
                                item.descending ? "DESC" : "ASC",
                                item.nulls_first ? "FIRST" : "LAST"));
  }
  return "[" + JoinTexts(texts) + "]";
}

std::string OptionsText(const std::map<std::string, std::string>& options) {
  std::vector<std::string> texts;
  for (const auto& [key, value] : options) texts.push_back(key + "=" + value);
  return "[" + JoinTexts(texts) + "]";
}

std::string JoinText(const Relation& relation) {
  const auto type = JoinTypeText(relation.join_type);
  if (relation.natural) return fmt::format("Join NaturalJoin({})", type);
  if (!relation.using_columns.empty()) {
    return fmt::format("Join UsingJoin({}, [{}])", type, JoinTexts(relation.using_columns));
  }
  return fmt::format("Join {}{}", type,
                     relation.condition ? ", " + ToString(*relation.condition) : "");
}

std::string AggregateText(const Relation& relation) {
  std::string grouping = List(relation.expressions);
  switch (relation.grouping_kind) {
    case GroupingKind::kPlain:
      break;
    case GroupingKind::kRollup:
      grouping = "[rollup" + grouping + "]";
      break;
    case GroupingKind::kCube:
      grouping = "[cube" + grouping + "]";
      break;
    case GroupingKind::kGroupingSets:
      grouping = "[grouping sets" + grouping + "]";
      break;
  }
  return fmt::format("Aggregate {}, {}", grouping, List(relation.outputs));
}

std::string SetOperationText(const Relation& relation) {
  const char* all = relation.all ? " All" : "";
  switch (relation.set_operation) {
    case SetOperation::kUnion:
      return fmt::format("Union{}{}", all, relation.by_name ? " ByName" : "");
    case SetOperation::kIntersect:
      return fmt::format("Intersect{}", all);
    case SetOperation::kExcept:
      return fmt::format("Except{}", all);
  }
  return "";
}

std::string ColumnsText(const std::vector<std::string>& names) {
  return names.empty() ? "" : " [" + JoinTexts(names) + "]";
}

std::string ReadText(const Relation& relation) {
  return fmt::format("{} {}{}{}", relation.is_stream ? "ReadStream" : "Read", relation.format,
                     relation.paths.empty() ? "" : " [" + JoinTexts(relation.paths) + "]",
                     relation.options.empty() ? "" : ", " + OptionsText(relation.options));
}

/// The line of relations that have no expressions of a query in them.
std::string LeafText(const Relation& relation) {
  switch (relation.kind) {
    case RelationKind::kTable:
      return fmt::format("UnresolvedRelation [{}], {}, {}", JoinTexts(relation.table_name),
                         OptionsText(relation.options), relation.is_stream);
    case RelationKind::kRead:
      return ReadText(relation);
    case RelationKind::kLocal:
      return fmt::format("LocalRelation [{}]",
                         relation.schema ? SchemaToDdl(*relation.schema) : "");
    case RelationKind::kValues:
      return fmt::format("UnresolvedInlineTable [{}], {} rows", JoinTexts(relation.column_names),
                         relation.rows.size());
    case RelationKind::kRange:
      return fmt::format("Range ({}, {}, step={})", relation.range_start, relation.range_end,
                         relation.range_step);
    default:
      return fmt::format("UnresolvedTableValuedFunction {}", ToString(*relation.expressions[0]));
  }
}

std::string SampleText(const SampleArguments& sample) {
  return fmt::format("Sample {}, {}, {}{}", sample.lower, sample.upper, sample.with_replacement,
                     sample.seed ? fmt::format(", {}", *sample.seed) : "");
}

/// Relations with arguments of their own.
std::string RareText(const Relation& relation) {
  switch (relation.kind) {
    case RelationKind::kSample:
      return SampleText(relation.arguments->sample);
    case RelationKind::kTail:
      return "Tail " + ToString(*relation.condition);
    case RelationKind::kHint:
      return fmt::format("UnresolvedHint {}, {}", relation.alias, List(relation.expressions));
    case RelationKind::kRepartition:
      return "Repartition " + List(relation.expressions);
    case RelationKind::kPivot:
      return fmt::format("Pivot {}, {}, {}", ToString(*relation.arguments->pivot.column),
                         List(relation.arguments->pivot.values),
                         List(relation.arguments->pivot.aggregates));
    case RelationKind::kUnpivot:
      return fmt::format("Unpivot {}, [{}]", relation.arguments->unpivot.name_column,
                         JoinTexts(relation.arguments->unpivot.value_columns));
    case RelationKind::kFillNull:
      return fmt::format("FillNull {}{}", List(relation.arguments->fill),
                         ColumnsText(relation.column_names));
    case RelationKind::kDropNull:
      return "DropNull" + ColumnsText(relation.column_names);
    case RelationKind::kReplace:
      return "Replace" + ColumnsText(relation.column_names);
    case RelationKind::kRename:
      return fmt::format("Rename{} to [{}]", ColumnsText(relation.column_names),
                         JoinTexts(relation.arguments->new_names));
    case RelationKind::kLateralJoin:
      return fmt::format("LateralJoin {}{}", JoinTypeText(relation.join_type),
                         relation.condition ? ", " + ToString(*relation.condition) : "");
    case RelationKind::kNamedWindows:
      return "WithWindowDefinition";
    case RelationKind::kQualify:
      return "Qualify " + ToString(*relation.condition);
    default:
      return "";
  }
}

std::string InnerText(const Relation& relation) {
  switch (relation.kind) {
    case RelationKind::kProject:
      return "Project " + List(relation.expressions);
    case RelationKind::kFilter:
      return "Filter " + ToString(*relation.condition);
    case RelationKind::kAggregate:
      return AggregateText(relation);
    case RelationKind::kJoin:
      return JoinText(relation);
    case RelationKind::kSort:
      return "Sort " + OrderText(relation.order);
    case RelationKind::kLimit:
      return "Limit " + ToString(*relation.condition);
    case RelationKind::kOffset:
      return "Offset " + ToString(*relation.condition);
    case RelationKind::kDistinct:
      return "Distinct";
    case RelationKind::kDeduplicate:
      return (relation.within_watermark ? "DeduplicateWithinWatermark" : "Deduplicate") +
             ColumnsText(relation.column_names);
    case RelationKind::kSetOperation:
      return SetOperationText(relation);
    case RelationKind::kAlias:
      return "SubqueryAlias " + relation.alias + ColumnsText(relation.column_names);
    case RelationKind::kWith:
      return "UnresolvedWith";
    case RelationKind::kObserve:
      return "CollectMetrics " + relation.alias + ", " + List(relation.expressions);
    case RelationKind::kWatermark:
      return fmt::format("UnresolvedEventTimeWatermark {}, {} microseconds",
                         ToString(*relation.expressions[0]), relation.delay_micros);
    case RelationKind::kLateralView:
      return fmt::format("Generate {}, {}{}{}", ToString(*relation.expressions[0]),
                         relation.outer ? "outer, " : "", relation.alias,
                         ColumnsText(relation.column_names));
    case RelationKind::kWithColumns:
      return "WithColumns " + List(relation.expressions);
    case RelationKind::kDrop:
      return "Drop" + ColumnsText(relation.column_names);
    case RelationKind::kCallback:
      return OperatorName(*relation.callback) + " " + List(relation.expressions);
    case RelationKind::kSample:
    case RelationKind::kTail:
    case RelationKind::kHint:
    case RelationKind::kRepartition:
    case RelationKind::kPivot:
    case RelationKind::kUnpivot:
    case RelationKind::kFillNull:
    case RelationKind::kDropNull:
    case RelationKind::kReplace:
    case RelationKind::kRename:
    case RelationKind::kLateralJoin:
    case RelationKind::kNamedWindows:
    case RelationKind::kQualify:
      return RareText(relation);
    default:
      return LeafText(relation);
  }
}

void Append(const Relation& relation, const std::string& first_prefix,
            const std::string& rest_prefix, std::string* out) {
  *out += first_prefix + InnerText(relation) + "\n";
  std::vector<std::pair<std::string, const Relation*>> children;
  for (const auto& [name, definition] : relation.definitions) {
    children.emplace_back(name + " = ", definition.get());
  }
  if (relation.input) children.emplace_back("", relation.input.get());
  if (relation.right) children.emplace_back("", relation.right.get());
  for (size_t i = 0; i < children.size(); ++i) {
    const bool last = i + 1 == children.size();
    Append(*children[i].second, rest_prefix + (last ? "+- " : ":- ") + children[i].first,
           rest_prefix + (last ? "   " : ":  "), out);
  }
}

}  // namespace

std::string_view JoinTypeText(JoinType type) {
  switch (type) {
    case JoinType::kInner:
      return "Inner";
    case JoinType::kLeft:
      return "LeftOuter";
    case JoinType::kRight:
      return "RightOuter";
    case JoinType::kFull:
      return "FullOuter";
    case JoinType::kLeftSemi:
      return "LeftSemi";
    case JoinType::kLeftAnti:
      return "LeftAnti";
    case JoinType::kCross:
      return "Cross";
    case JoinType::kExistence:
      return "ExistenceJoin";
  }
  return "";
}

std::string ToString(const Relation& relation) {
  std::string out;
  Append(relation, "", "", &out);
  return out;
}

}  // namespace thalweg::plan::spec
