// df.to(schema): columns and fields found by name, put in order, cast and filled in.

#include <arrow/api.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "thalweg/connect/plan/translator.h"
#include "thalweg/connect/proto/data_type.h"
#include "thalweg/plan/logical/error_text.h"
#include "thalweg/plan/spec/alias_metadata.h"
#include "thalweg/types/char_type.h"
#include "thalweg/types/coercion.h"
#include "thalweg/types/identifier_text.h"
#include "thalweg/types/user_defined_type.h"

namespace thalweg::connect {
namespace {

using plan::QuoteIdentifiers;
using plan::spec::MakeAlias;
using plan::spec::MakeAssignment;
using plan::spec::MakeAttribute;
using plan::spec::MakeFunction;
using Path = std::vector<std::string>;

/// A value, its type and where it stands.
struct Value {
  ExpressionPtr expression;
  TypePtr type;
  bool nullable = true;
  Path path;
};

Result<ExpressionPtr> Reconcile(const Value& value, const TypePtr& wanted, bool nullable);

Path With(Path path, std::string part) {
  path.push_back(std::move(part));
  return path;
}

Status OtherType(const Value& value, const arrow::DataType& wanted) {
  return MakeError("INVALID_COLUMN_OR_FIELD_DATA_TYPE",
                   {{"name", QuoteIdentifiers(value.path)},
                    {"type", plan::QuoteType(*value.type)},
                    {"expectedType", plan::QuoteType(wanted)}});
}

Status NotFound(const std::string& name, const Path& path, const arrow::FieldVector& fields) {
  std::vector<std::string> names;
  for (const FieldPtr& field : fields) names.push_back(QuoteIdentifier(field->name()));
  const std::string proposal = fmt::format("{}", fmt::join(names, ", "));
  if (path.empty()) {
    return MakeError("UNRESOLVED_COLUMN.WITH_SUGGESTION",
                     {{"objectName", QuoteIdentifier(name)}, {"proposal", proposal}});
  }
  return MakeError("UNRESOLVED_FIELD.WITH_SUGGESTION", {{"fieldName", QuoteIdentifier(name)},
                                                        {"columnPath", QuoteIdentifiers(path)},
                                                        {"proposal", proposal}});
}

/// The field of `fields` that `wanted` names, made into it. `value_of` gives the value of field i.
template <typename ValueOf>
Result<ExpressionPtr> FieldFor(const arrow::Field& wanted, const arrow::FieldVector& fields,
                               const Path& path, const ValueOf& value_of) {
  std::vector<size_t> found;
  for (size_t i = 0; i < fields.size(); ++i) {
    if (ToLowerAscii(fields[i]->name()) == ToLowerAscii(wanted.name())) found.push_back(i);
  }
  if (found.size() > 1) {
    return MakeError("AMBIGUOUS_COLUMN_OR_FIELD",
                     {{"name", QuoteIdentifiers(With(path, wanted.name()))},
                      {"n", std::to_string(found.size())}});
  }
  if (found.empty()) {
    if (!wanted.nullable()) return NotFound(wanted.name(), path, fields);
    return NullOf(wanted.type());
  }
  Value value = value_of(found[0]);
  value.path = With(path, fields[found[0]]->name());
  return Reconcile(value, wanted.type(), wanted.nullable());
}

Result<ExpressionPtr> ReconcileStruct(const Value& value, const TypePtr& wanted) {
  std::vector<ExpressionPtr> parts;
  for (const FieldPtr& field : wanted->fields()) {
    ARROW_ASSIGN_OR_RAISE(auto part,
                          FieldFor(*field, value.type->fields(), value.path, [&](size_t i) {
                            const FieldPtr& from = value.type->field(static_cast<int>(i));
                            Expression access;
                            access.kind = ExpressionKind::kField;
                            access.name = {from->name()};
                            access.children = {value.expression};
                            return Value{std::make_shared<const Expression>(std::move(access)),
                                         from->type(),
                                         from->nullable(),
                                         {}};
                          }));
    parts.push_back(plan::spec::MakeLiteral(std::make_shared<arrow::StringScalar>(field->name())));
    parts.push_back(std::move(part));
  }
  ExpressionPtr made = MakeFunction("named_struct", std::move(parts));
  if (!value.nullable) return made;
  return MakeFunction(
      "if", {MakeFunction("isnull", {value.expression}), NullOf(wanted), std::move(made)});
}

ExpressionPtr Lambda(const std::string& parameter, ExpressionPtr body) {
  Expression lambda;
  lambda.kind = ExpressionKind::kLambda;
  lambda.name = {parameter};
  lambda.children = {std::move(body)};
  return std::make_shared<const Expression>(std::move(lambda));
}

Status NullableElement(const Path& path) {
  return MakeError("NULLABLE_ARRAY_OR_MAP_ELEMENT", {{"columnPath", QuoteIdentifiers(path)}});
}

/// `transform(values, x -> ...)` over the elements, keys or values of a collection.
Result<ExpressionPtr> ReconcileEach(const ExpressionPtr& values, const arrow::Field& from,
                                    const arrow::Field& to, const Path& path) {
  const std::string parameter = fmt::format("x_{}", path.size());
  const Value each{MakeAttribute({parameter}), from.type(), from.nullable(), path};
  ARROW_ASSIGN_OR_RAISE(auto body, Reconcile(each, to.type(), to.nullable()));
  return MakeFunction("transform", {values, Lambda(parameter, std::move(body))});
}

Result<ExpressionPtr> ReconcileMap(const Value& value, const arrow::MapType& to) {
  const auto& from = static_cast<const arrow::MapType&>(*value.type);
  ARROW_ASSIGN_OR_RAISE(
      auto keys, ReconcileEach(MakeFunction("map_keys", {value.expression}), *from.key_field(),
                               *to.key_field(), With(value.path, "key")));
  ARROW_ASSIGN_OR_RAISE(
      auto values, ReconcileEach(MakeFunction("map_values", {value.expression}), *from.item_field(),
                                 *to.item_field(), With(value.path, "value")));
  return MakeFunction("map_from_arrays", {std::move(keys), std::move(values)});
}

Result<ExpressionPtr> Reconcile(const Value& value, const TypePtr& wanted, bool nullable) {
  if (value.nullable && !nullable) {
    return MakeError("NULLABLE_COLUMN_OR_FIELD", {{"name", QuoteIdentifiers(value.path)}});
  }
  const arrow::Type::type from = value.type->id();
  if (FindUserDefined(*value.type) != nullptr || FindUserDefined(*wanted) != nullptr) {
    if (SameType(*value.type, *wanted)) return value.expression;
    return OtherType(value, *wanted);
  }
  if (from == wanted->id() && from == arrow::Type::STRUCT) return ReconcileStruct(value, wanted);
  if (from == wanted->id() && from == arrow::Type::LIST) {
    const FieldPtr& element = static_cast<const arrow::ListType&>(*value.type).value_field();
    const FieldPtr& target = static_cast<const arrow::ListType&>(*wanted).value_field();
    if (element->nullable() && !target->nullable()) return NullableElement(value.path);
    return ReconcileEach(value.expression, *element, *target, With(value.path, "element"));
  }
  if (from == wanted->id() && from == arrow::Type::MAP) {
    return ReconcileMap(value, static_cast<const arrow::MapType&>(*wanted));
  }
  if (value.type->Equals(*wanted)) return value.expression;
  if (!CanStoreAssign(*value.type, *wanted)) return OtherType(value, *wanted);
  return MakeAssignment(value.expression, wanted);
}

}  // namespace

Result<RelationDraft> TranslateToSchema(Translator* translator, const proto::ToSchema& to_schema) {
  ARROW_ASSIGN_OR_RAISE(auto input, translator->Translate(to_schema.input()));
  ARROW_ASSIGN_OR_RAISE(const auto declared, DeclaredSchemaFromProto(to_schema.schema()));
  ARROW_ASSIGN_OR_RAISE(
      const auto wanted,
      RefuseCharTypes(declared, translator->session()->engine().SettingsSnapshot()));
  ARROW_ASSIGN_OR_RAISE(const auto schema, translator->SchemaOf(input));
  std::vector<ExpressionPtr> columns;
  for (const FieldPtr& field : wanted->fields()) {
    ARROW_ASSIGN_OR_RAISE(
        auto column, FieldFor(*field, schema->fields(), {}, [&](size_t i) {
          const FieldPtr& from = schema->field(static_cast<int>(i));
          return Value{MakeAttribute({from->name()}), from->type(), from->nullable(), {}};
        }));
    plan::spec::Expression named = *MakeAlias(std::move(column), field->name());
    plan::spec::SetAliasMetadata(ColumnMetadataToJson(field->metadata()), &named);
    columns.push_back(std::make_shared<const plan::spec::Expression>(std::move(named)));
  }
  return Select(std::move(input), std::move(columns));
}

}  // namespace thalweg::connect
