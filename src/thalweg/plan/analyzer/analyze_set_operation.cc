// UNION, INTERSECT, EXCEPT.

#include <set>

#include <arrow/type.h>

#include "thalweg/plan/analyzer/relation_analyzer.h"
#include "thalweg/plan/analyzer/special_forms.h"
#include "thalweg/plan/logical/build.h"
#include "thalweg/plan/logical/error_text.h"
#include "thalweg/plan/spec/field_alignment.h"
#include "thalweg/types/coercion.h"
#include "thalweg/types/column_metadata.h"
#include "thalweg/types/nullability.h"

namespace thalweg::plan {
namespace {

const char* OperatorName(spec::SetOperation operation, bool all) {
  switch (operation) {
    case spec::SetOperation::kUnion:
      return "UNION";
    case spec::SetOperation::kIntersect:
      return all ? "INTERSECT ALL" : "INTERSECT";
    case spec::SetOperation::kExcept:
      return all ? "EXCEPT ALL" : "EXCEPT";
  }
  return "";
}

Status CheckNamesDiffer(const Scope& scope) {
  std::set<std::string> names;
  for (const Attribute& attribute : scope.attributes) {
    const std::string name = ToLowerAscii(attribute.name);
    if (!names.insert(name).second) {
      return MakeError("COLUMN_ALREADY_EXISTS", {{"columnName", QuoteIdentifier(name)}});
    }
  }
  return Status::OK();
}

Status NotAmong(const std::string& name, const Scope& scope) {
  std::string names;
  for (const Attribute& attribute : scope.attributes) {
    names += (names.empty() ? "" : ", ") + attribute.name;
  }
  return MakeError("UNRESOLVED_COLUMN_AMONG_FIELD_NAMES",
                   {{"colName", name}, {"fieldNames", names}});
}

// The columns of `right` with the fields of their structs in the order of those of `left`.
Result<AnalyzedRelation> AlignStructs(const AnalyzerContext& context, const AnalyzedRelation& left,
                                      AnalyzedRelation right) {
  ClauseHooks hooks("Union");
  ExpressionResolver resolver(&context, &right.scope, &hooks);
  std::vector<NamedExpression> items;
  bool changed = false;
  for (size_t i = 0; i < right.scope.attributes.size(); ++i) {
    const Attribute& attribute = right.scope.attributes[i];
    ARROW_ASSIGN_OR_RAISE(
        const spec::ExpressionPtr aligned,
        spec::AlignFields(spec::MakeAttribute({attribute.name}), attribute.type, attribute.nullable,
                          left.scope.attributes[i].type, /*allow_missing=*/false));
    if (aligned == nullptr) {
      items.push_back(PassThrough(attribute));
      continue;
    }
    changed = true;
    ARROW_ASSIGN_OR_RAISE(const Resolved value, resolver.Resolve(*aligned));
    items.push_back(MakeNamed(value, attribute.name));
  }
  if (!changed) return right;
  return MakeRelation(BuildProject(ProjectToScope(right), std::move(items)));
}

// Reorders the right side by the names of the left one (unionByName).
Result<AnalyzedRelation> AlignByName(const AnalyzerContext& context, const AnalyzedRelation& left,
                                     AnalyzedRelation right) {
  ARROW_RETURN_NOT_OK(CheckNamesDiffer(left.scope));
  ARROW_RETURN_NOT_OK(CheckNamesDiffer(right.scope));
  std::vector<Attribute> ordered;
  for (const Attribute& attribute : left.scope.attributes) {
    const std::vector<const Attribute*> found = FindColumns(right.scope, attribute.name);
    if (found.empty()) return NotAmong(attribute.name, right.scope);
    ordered.push_back(*found.front());
  }
  if (ordered.size() != right.scope.attributes.size()) return right;
  right.scope.attributes = std::move(ordered);
  return AlignStructs(context, left, std::move(right));
}

// Both sides with equal numbers of columns of equal types.
Status Align(const char* name, EvalMode mode, NodePtr* left, NodePtr* right) {
  const std::vector<Attribute>& a = (*left)->output;
  const std::vector<Attribute>& b = (*right)->output;
  if (a.size() != b.size()) {
    return MakeError("NUM_COLUMNS_MISMATCH", {{"operator", name},
                                              {"firstNumColumns", std::to_string(a.size())},
                                              {"invalidOrdinalNum", OrdinalWord(1)},
                                              {"invalidNumColumns", std::to_string(b.size())}});
  }
  std::vector<NamedExpression> left_items;
  std::vector<NamedExpression> right_items;
  for (size_t i = 0; i < a.size(); ++i) {
    TypePtr common = WiderType({a[i].type, b[i].type}, mode);
    // Names of struct fields do not matter: those of the first side count.
    if (common == nullptr) common = MergeNullability(a[i].type, b[i].type);
    if (common == nullptr) {
      return MakeError("INCOMPATIBLE_COLUMN_TYPE", {{"operator", name},
                                                    {"columnOrdinalNumber", OrdinalWord(i)},
                                                    {"tableOrdinalNumber", OrdinalWord(1)},
                                                    {"dataType1", QuoteType(*b[i].type)},
                                                    {"dataType2", QuoteType(*a[i].type)},
                                                    {"hint", ""}});
    }
    const auto casted = [&common, mode](const Attribute& attribute) -> Result<NamedExpression> {
      Resolved value = MakeReference(attribute, attribute.name);
      if (attribute.type->Equals(*common)) return PassThrough(attribute);
      if (SameType(*attribute.type, *common)) return PassThrough(attribute);
      ARROW_ASSIGN_OR_RAISE(value.expression, MakeCheckedCast(value, common, mode, value.text));
      value.attribute.reset();
      value.metadata.reset();
      return MakeNamed(value, attribute.name);
    };
    ARROW_ASSIGN_OR_RAISE(NamedExpression left_item, casted(a[i]));
    ARROW_ASSIGN_OR_RAISE(NamedExpression right_item, casted(b[i]));
    left_items.push_back(std::move(left_item));
    right_items.push_back(std::move(right_item));
  }
  if (!IsIdentity(left_items, a)) *left = BuildProject(*left, std::move(left_items));
  if (!IsIdentity(right_items, b)) *right = BuildProject(*right, std::move(right_items));
  return Status::OK();
}

// INTERSECT and EXCEPT: distinct rows of the left side that have, or have not, an equal row on the
// right; NULLs are equal.
Result<NodePtr> BuildMembership(spec::SetOperation operation, NodePtr left, NodePtr right) {
  Node join;
  join.join_type =
      operation == spec::SetOperation::kIntersect ? JoinType::kLeftSemi : JoinType::kLeftAnti;
  join.set_operation = operation;
  for (size_t i = 0; i < left->output.size(); ++i) {
    join.left_keys.push_back(left->output[i].Reference());
    join.right_keys.push_back(right->output[i].Reference());
    join.null_safe_keys.push_back(true);
  }
  return BuildDistinct(BuildJoin(std::move(left), std::move(right), std::move(join)));
}

// The rows are those of the left side: its columns stay in reach of names that say whose they are.
NodePtr WithIdsOf(const std::vector<Attribute>& columns, NodePtr node) {
  std::vector<NamedExpression> items = PassThrough(node->output);
  for (size_t i = 0; i < items.size(); ++i) items[i].output.id = columns[i].id;
  return BuildProject(std::move(node), std::move(items));
}

}  // namespace

NodePtr BuildUnion(NodePtr left, NodePtr right) {
  auto node = std::make_shared<Node>();
  node->kind = NodeKind::kUnion;
  for (size_t i = 0; i < left->output.size(); ++i) {
    Attribute attribute = left->output[i];
    attribute.id = NextAttributeId();
    attribute.nullable = attribute.nullable || right->output[i].nullable;
    TypePtr merged = MergeNullability(attribute.type, right->output[i].type);
    if (merged != nullptr) {
      attribute.type = WithColumnMetadata(merged, ColumnMetadataOf(*attribute.type));
    }
    attribute.qualifier.clear();
    node->output.push_back(std::move(attribute));
  }
  node->children = {std::move(left), std::move(right)};
  return node;
}

Result<AnalyzedRelation> RelationAnalyzer::AnalyzeSetOperation(const Relation& relation) {
  const char* name = OperatorName(relation.set_operation, relation.all);
  ARROW_ASSIGN_OR_RAISE(const AnalyzedRelation first, Analyze(relation.input));
  ARROW_ASSIGN_OR_RAISE(AnalyzedRelation second, Analyze(relation.right));
  if (relation.by_name) {
    ARROW_ASSIGN_OR_RAISE(second, AlignByName(*context_, first, std::move(second)));
  }
  NodePtr left = ProjectToScope(first);
  NodePtr right = ProjectToScope(second);
  ARROW_RETURN_NOT_OK(Align(name, EvalModeOf(*context_), &left, &right));
  if (relation.set_operation == spec::SetOperation::kUnion) {
    NodePtr node = BuildUnion(std::move(left), std::move(right));
    if (!relation.all) {
      ARROW_ASSIGN_OR_RAISE(node, BuildDistinct(std::move(node)));
    }
    return MakeRelation(std::move(node));
  }
  if (relation.all && (left->is_streaming() || right->is_streaming())) {
    return MakeError("UNSUPPORTED_FEATURE", {{"feature", std::string(name) + " of streams"}});
  }
  const std::vector<Attribute> columns = left->output;
  ARROW_ASSIGN_OR_RAISE(
      NodePtr node,
      relation.all ? BuildMembershipOfAll(*context_, relation.set_operation, std::move(left),
                                          std::move(right))
                   : BuildMembership(relation.set_operation, std::move(left), std::move(right)));
  return MakeRelation(relation.all ? WithIdsOf(columns, std::move(node)) : std::move(node));
}

}  // namespace thalweg::plan
