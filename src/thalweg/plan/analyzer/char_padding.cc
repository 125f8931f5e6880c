#include "thalweg/plan/analyzer/char_padding.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>

#include <arrow/scalar.h>
#include <arrow/type.h>

#include "thalweg/expr/char_length.h"
#include "thalweg/plan/analyzer/subquery.h"
#include "thalweg/plan/logical/build.h"
#include "thalweg/types/char_type.h"

namespace thalweg::plan {
namespace {

/// Longer constants are filled when the query runs.
constexpr int kMostAtOnce = 1 << 20;

bool IsOn(const AnalyzerContext& context, const std::string& key) {
  return context.settings != nullptr && context.settings->Get(key) == "true";
}

bool PadsReads(const AnalyzerContext& context) {
  return IsOn(context, "spark.sql.readSideCharPadding");
}

/// Whether columns may lack the blanks that their type has.
bool PadsCompared(const AnalyzerContext& context) {
  return !PadsReads(context) && !IsOn(context, "spark.sql.legacy.noCharPaddingInPredicate");
}

/// What the column that is `value` was declared as, also one of the query around this one; null for
/// all else.
TypePtr DeclaredColumn(const AnalyzerContext& context, const Resolved& value) {
  if (value.expression->kind() != expr::ExpressionKind::kAttribute) return nullptr;
  if (value.metadata != nullptr) return DeclaredTypeOf(value.metadata);
  if (value.attribute || context.outer == nullptr) return nullptr;
  const auto id = static_cast<const expr::AttributeReference&>(*value.expression).id();
  for (const Attribute& used : *context.outer->used) {
    if (used.id == id) return DeclaredTypeOf(ColumnMetadataOf(*used.type));
  }
  return nullptr;
}

/// The longer limit wherever both have CHAR; `left` without CHAR elsewhere.
TypePtr WiderChars(const TypePtr& left, const TypePtr& right) {
  const CharLimit* a = FindCharLimit(*left);
  const CharLimit* b = FindCharLimit(*right);
  if (a != nullptr && b != nullptr && a->is_char && b->is_char) {
    return CharTypeOf({.is_char = true, .length = std::max(a->length, b->length)});
  }
  const bool same_shape = left->id() == right->id() && left->num_fields() == right->num_fields() &&
                          (left->id() == arrow::Type::STRUCT || left->id() == arrow::Type::LIST);
  if (!same_shape) return WithoutCharTypes(left);
  arrow::FieldVector fields;
  for (int i = 0; i < left->num_fields(); ++i) {
    const FieldPtr& field = left->field(i);
    fields.push_back(field->WithType(WiderChars(field->type(), right->field(i)->type())));
  }
  return left->id() == arrow::Type::LIST ? arrow::list(fields[0])
                                         : arrow::struct_(std::move(fields));
}

void Pad(const TypePtr& declared, const TypePtr& target, bool always, Resolved* value) {
  if (!always && SimpleTypeName(*declared) == SimpleTypeName(*target)) return;
  value->expression = expr::PadChars(value->expression, target);
}

/// Columns beside each other.
void PadColumns(const std::vector<TypePtr>& declared, bool always,
                std::vector<Resolved>* arguments) {
  TypePtr target = declared[0];
  for (const TypePtr& type : declared) target = WiderChars(target, type);
  for (size_t i = 0; i < declared.size(); ++i) {
    Pad(declared[i], target, always, &(*arguments)[i]);
  }
}

bool AreOneColumn(const std::vector<Resolved>& arguments) {
  const auto id = [](const Resolved& value) {
    return static_cast<const expr::AttributeReference&>(*value.expression).id();
  };
  return arguments.size() == 2 && id(arguments[0]) == id(arguments[1]);
}

/// The column at `column` beside constants.
void PadConstants(const AnalyzerContext& context, size_t column, const CharLimit& limit,
                  std::vector<Resolved>* arguments) {
  std::vector<std::optional<std::string>> texts(arguments->size());
  int64_t longest = limit.length;
  bool has_text = false;
  for (size_t i = 0; i < arguments->size(); ++i) {
    if (i == column) continue;
    const expr::ArgumentInfo info = DescribeArgument(context, (*arguments)[i]);
    // A NULL that was not cast keeps the others from being filled, too.
    if (info.constant == nullptr || !IsString(*info.type)) return;
    if (!info.constant->is_valid) continue;
    texts[i] = static_cast<const arrow::StringScalar&>(*info.constant).view();
    longest = std::max(longest, expr::CountCharacters(*texts[i]));
    has_text = true;
  }
  if (!has_text) return;
  const auto length = static_cast<int>(longest);
  for (size_t i = 0; i < arguments->size(); ++i) {
    if (!texts[i] || expr::CountCharacters(*texts[i]) == longest) continue;
    expr::ExpressionPtr& constant = (*arguments)[i].expression;
    constant = length > kMostAtOnce
                   ? expr::PadChars(constant, CharTypeOf({.is_char = true, .length = length}))
                   : expr::Literal::String(expr::PadText(*texts[i], length));
  }
  Pad(CharTypeOf(limit), CharTypeOf({.is_char = true, .length = length}), PadsCompared(context),
      &(*arguments)[column]);
}

}  // namespace

AnalyzedRelation PadRead(const AnalyzerContext& context, AnalyzedRelation relation) {
  if (!PadsReads(context) || TakesCharsAsStrings(*context.settings)) return relation;
  std::vector<NamedExpression> projections = PassThrough(relation.node->output);
  bool is_padded = false;
  for (NamedExpression& projection : projections) {
    const TypePtr declared = DeclaredTypeOf(ColumnMetadataOf(*projection.output.type));
    if (declared == nullptr) continue;
    expr::ExpressionPtr padded = expr::PadChars(projection.expression, declared);
    if (padded == projection.expression) continue;
    const uint64_t read = projection.output.id;
    projection.expression = std::move(padded);
    projection.output.id = NextAttributeId();
    for (Attribute& attribute : relation.scope.attributes) {
      if (attribute.id == read) attribute.id = projection.output.id;
    }
    is_padded = true;
  }
  if (is_padded) relation.node = BuildProject(relation.node, std::move(projections));
  return relation;
}

bool IsPaddedComparison(const std::string& name) {
  static const std::set<std::string> names = {"=", "==", "<=>", "<", "<=", ">", ">=", "equal_null"};
  return names.count(name) > 0;
}

void PadCompared(const AnalyzerContext& context, std::vector<Resolved>* arguments) {
  std::vector<TypePtr> declared;
  size_t first = arguments->size();
  for (size_t i = 0; i < arguments->size(); ++i) {
    TypePtr type = DeclaredColumn(context, (*arguments)[i]);
    if (type != nullptr && first == arguments->size()) first = i;
    if (type != nullptr) declared.push_back(std::move(type));
  }
  if (declared.empty() || context.settings == nullptr) return;
  if (TakesCharsAsStrings(*context.settings)) return;
  if (declared.size() == arguments->size()) {
    if (!AreOneColumn(*arguments)) PadColumns(declared, PadsCompared(context), arguments);
    return;
  }
  const CharLimit* limit = FindCharLimit(*declared[0]);
  const bool is_text = IsString(*(*arguments)[first].expression->type());
  if (declared.size() == 1 && is_text && limit != nullptr && limit->is_char) {
    PadConstants(context, first, *limit, arguments);
  }
}

}  // namespace thalweg::plan
