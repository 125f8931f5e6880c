#include "thalweg/plan/analyzer/input_file.h"

#include <algorithm>
#include <array>

#include "thalweg/types/identifier_text.h"

namespace thalweg::plan {
namespace {

/// The function and the field of `_metadata` that it is.
constexpr std::array<std::pair<std::string_view, const char*>, 3> kFunctions = {
    {{"input_file_name", "file_path"},
     {"input_file_block_start", "file_block_start"},
     {"input_file_block_length", "file_block_length"}}};

const char* FieldOf(std::string_view function) {
  for (const auto& [name, field] : kFunctions) {
    if (name == function) return field;
  }
  return nullptr;
}

bool Calls(const expr::ExpressionPtr& expression) {
  if (expression == nullptr) return false;
  if (expression->kind() == expr::ExpressionKind::kCall &&
      FieldOf(static_cast<const expr::Call&>(*expression).function().name) != nullptr) {
    return true;
  }
  return std::any_of(expression->children().begin(), expression->children().end(), Calls);
}

bool ReadsFiles(const Node& node) {
  if (node.kind == NodeKind::kAggregate) return false;
  if (node.kind == NodeKind::kScan || node.kind == NodeKind::kStreamScan) return true;
  return std::any_of(node.children.begin(), node.children.end(),
                     [](const NodePtr& child) { return ReadsFiles(*child); });
}

}  // namespace

Result<std::optional<Resolved>> ResolveInputFile(ExpressionResolver* resolver, const Scope& scope,
                                                 const spec::Expression& call) {
  const std::string name = ToLowerAscii(call.name.back());
  const char* field = call.children.empty() ? FieldOf(name) : nullptr;
  if (field == nullptr) return std::optional<Resolved>();
  std::vector<Attribute> sources;
  for (const Attribute& attribute : scope.metadata) {
    if (attribute.name == "_metadata") sources.push_back(attribute);
  }
  if (sources.empty()) return std::optional<Resolved>();
  if (sources.size() > 1) {
    return MakeError("MULTI_SOURCES_UNSUPPORTED_FOR_EXPRESSION", {{"expr", "\"" + name + "()\""}});
  }
  ARROW_ASSIGN_OR_RAISE(Resolved value,
                        resolver->ExtractField(MakeReference(sources[0], "_metadata"), field));
  if (name == "input_file_name") {
    // The path has one slash behind "file:", the name three.
    const auto literal = [](expr::ExpressionPtr expression) {
      return Resolved{std::move(expression), "", "", {}, {}};
    };
    constexpr int kPathBegin = 6;
    ARROW_ASSIGN_OR_RAISE(
        value, resolver->BindCall("substring", {value, literal(expr::Literal::Int(kPathBegin))}));
    ARROW_ASSIGN_OR_RAISE(
        value, resolver->BindCall("concat", {literal(expr::Literal::String("file://")), value}));
  }
  value.text = name + "()";
  value.name.clear();
  value.attribute.reset();
  return std::optional<Resolved>(std::move(value));
}

Status CheckInputFiles(const Node& plan) {
  const bool calls =
      Calls(plan.condition) ||
      std::any_of(plan.projections.begin(), plan.projections.end(),
                  [](const NamedExpression& item) { return Calls(item.expression); });
  if (calls && ReadsFiles(plan)) {
    return MakeError(
        "UNSUPPORTED_FEATURE",
        {{"feature", "A call of input_file_name() or its like above a view or a union"}});
  }
  for (const NodePtr& child : plan.children) ARROW_RETURN_NOT_OK(CheckInputFiles(*child));
  return Status::OK();
}

}  // namespace thalweg::plan
