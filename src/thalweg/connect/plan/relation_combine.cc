// Joins and set operations.

#include <arrow/api.h>

#include "thalweg/connect/plan/rare_relations.h"
#include "thalweg/plan/spec/field_alignment.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg::connect {
namespace {

using plan::spec::JoinType;
using proto::Join;
using proto::SetOperation;

template <typename Message>
Result<JoinType> TypeOf(const Message& join) {
  switch (join.join_type()) {
    case Join::JOIN_TYPE_INNER:
      return JoinType::kInner;
    case Join::JOIN_TYPE_FULL_OUTER:
      return JoinType::kFull;
    case Join::JOIN_TYPE_LEFT_OUTER:
      return JoinType::kLeft;
    case Join::JOIN_TYPE_RIGHT_OUTER:
      return JoinType::kRight;
    case Join::JOIN_TYPE_LEFT_ANTI:
      return JoinType::kLeftAnti;
    case Join::JOIN_TYPE_LEFT_SEMI:
      return JoinType::kLeftSemi;
    case Join::JOIN_TYPE_CROSS:
      return JoinType::kCross;
    default:
      return MakeError("CONNECT_INVALID_PLAN.INVALID_ENUM",
                       {{"fullName", "spark.connect.Join.JoinType"},
                        {"name", "UNRECOGNIZED"},
                        {"number", std::to_string(join.join_type())}});
  }
}

FieldPtr FindColumn(const arrow::Schema& schema, const std::string& name) {
  for (const FieldPtr& field : schema.fields()) {
    if (ToLowerAscii(field->name()) == ToLowerAscii(name)) return field;
  }
  return nullptr;
}

/// `input` with NULLs for the columns of `other` that it lacks, at its end, and for the fields that
/// its structs lack.
Result<RelationPtr> AddMissingColumns(RelationPtr input, const arrow::Schema& schema,
                                      const arrow::Schema& other) {
  RelationDraft relation = Derive(RelationKind::kWithColumns, input);
  for (const FieldPtr& wanted : other.fields()) {
    ExpressionPtr value;
    const FieldPtr found = FindColumn(schema, wanted->name());
    if (found == nullptr) {
      value = NullOf(wanted->type());
    } else {
      ARROW_ASSIGN_OR_RAISE(
          value, plan::spec::AlignFields(plan::spec::MakeAttribute({found->name()}), found->type(),
                                         found->nullable(), wanted->type(),
                                         /*allow_missing=*/true));
    }
    if (value == nullptr) continue;
    const std::string& name = found == nullptr ? wanted->name() : found->name();
    relation->expressions.push_back(plan::spec::MakeAlias(std::move(value), name));
  }
  return relation->expressions.empty() ? input : RelationPtr(std::move(relation));
}

/// A set operation whose columns were asked for remembers them, so that the next one around it does
/// not look through all of its inputs again.
Result<SchemaPtr> SchemaOf(Translator* translator, const RelationPtr& relation) {
  const bool known = relation->kind == RelationKind::kSetOperation && relation->schema != nullptr;
  return known ? relation->schema : translator->SchemaOf(relation);
}

RelationPtr WithoutRows(SchemaPtr schema) {
  RelationDraft relation = Derive(RelationKind::kLocal, nullptr);
  relation->schema = std::move(schema);
  return relation;
}

/// `input` with NULLs for what it lacks, `schema` is its own; gives the schema it has then.
Result<SchemaPtr> Complete(Translator* translator, const SchemaPtr& schema,
                           const arrow::Schema& other, RelationPtr* input) {
  ARROW_ASSIGN_OR_RAISE(*input, AddMissingColumns(std::move(*input), *schema, other));
  ARROW_ASSIGN_OR_RAISE(const auto alone, AddMissingColumns(WithoutRows(schema), *schema, other));
  return alone->kind == RelationKind::kLocal ? schema : translator->SchemaOf(alone);
}

/// What the columns of `operation` are when its inputs have those; null where there is an error,
/// which the analysis of the whole finds.
SchemaPtr CombinedSchema(Translator* translator, const Relation& operation, SchemaPtr left,
                         SchemaPtr right) {
  auto alone = std::make_shared<Relation>(operation);
  alone->input = WithoutRows(std::move(left));
  alone->right = WithoutRows(std::move(right));
  return translator->SchemaOf(alone).ValueOr(nullptr);
}

Result<plan::spec::SetOperation> OperationOf(const SetOperation& operation) {
  switch (operation.set_op_type()) {
    case SetOperation::SET_OP_TYPE_UNION:
      return plan::spec::SetOperation::kUnion;
    case SetOperation::SET_OP_TYPE_INTERSECT:
      return plan::spec::SetOperation::kIntersect;
    case SetOperation::SET_OP_TYPE_EXCEPT:
      return plan::spec::SetOperation::kExcept;
    default:
      return MissingPart("SetOperation", "set_op_type");
  }
}

}  // namespace

Result<RelationDraft> TranslateJoin(Translator* translator, const Join& join) {
  ARROW_ASSIGN_OR_RAISE(auto left, translator->Translate(join.left()));
  ARROW_ASSIGN_OR_RAISE(auto right, translator->Translate(join.right()));
  RelationDraft relation = Derive(RelationKind::kJoin, std::move(left));
  relation->right = std::move(right);
  ARROW_ASSIGN_OR_RAISE(relation->join_type, TypeOf(join));
  relation->using_columns = {join.using_columns().begin(), join.using_columns().end()};
  if (join.has_join_condition()) {
    ARROW_ASSIGN_OR_RAISE(relation->condition, translator->Translate(join.join_condition()));
  }
  const bool has_terms = relation->condition != nullptr || !relation->using_columns.empty();
  // A cross join on something is an inner one, an inner one on nothing a cross join.
  if (has_terms && relation->join_type == JoinType::kCross) relation->join_type = JoinType::kInner;
  return relation;
}

Result<RelationDraft> TranslateLateralJoin(Translator* translator, const proto::LateralJoin& join) {
  ARROW_ASSIGN_OR_RAISE(auto left, translator->Translate(join.left()));
  ARROW_ASSIGN_OR_RAISE(auto right, translator->Translate(join.right()));
  RelationDraft relation = Derive(RelationKind::kLateralJoin, std::move(left));
  relation->right = std::move(right);
  ARROW_ASSIGN_OR_RAISE(relation->join_type, TypeOf(join));
  if (join.has_join_condition()) {
    ARROW_ASSIGN_OR_RAISE(relation->condition, translator->Translate(join.join_condition()));
  }
  return relation;
}

Result<RelationDraft> TranslateSetOperation(Translator* translator, const SetOperation& operation) {
  ARROW_ASSIGN_OR_RAISE(auto left, translator->Translate(operation.left_input()));
  ARROW_ASSIGN_OR_RAISE(auto right, translator->Translate(operation.right_input()));
  SchemaPtr left_schema;
  SchemaPtr right_schema;
  if (operation.allow_missing_columns()) {
    // The left side is completed after the right one: what both have stands in its order.
    ARROW_ASSIGN_OR_RAISE(const auto left_alone, SchemaOf(translator, left));
    ARROW_ASSIGN_OR_RAISE(const auto right_alone, SchemaOf(translator, right));
    ARROW_ASSIGN_OR_RAISE(right_schema, Complete(translator, right_alone, *left_alone, &right));
    ARROW_ASSIGN_OR_RAISE(left_schema, Complete(translator, left_alone, *right_schema, &left));
  }
  RelationDraft relation = Derive(RelationKind::kSetOperation, std::move(left));
  relation->right = std::move(right);
  ARROW_ASSIGN_OR_RAISE(relation->set_operation, OperationOf(operation));
  relation->all = operation.is_all();
  relation->by_name = operation.by_name();
  if (operation.allow_missing_columns()) {
    relation->schema =
        CombinedSchema(translator, *relation, std::move(left_schema), std::move(right_schema));
  }
  return relation;
}

}  // namespace thalweg::connect
