#include "thalweg/plan/analyzer/generator_call.h"

#include <arrow/type.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "thalweg/plan/analyzer/user_defined_arguments.h"
#include "thalweg/plan/analyzer/named_call.h"
#include "thalweg/plan/logical/error_text.h"
#include "thalweg/types/column_metadata.h"

namespace thalweg::plan {
namespace {

constexpr std::string_view kOuterSuffix = "_outer";

// The declaration of `name`; sets `*outer` if it is the outer form of one that has no own entry.
const expr::GeneratorFunction* FindGenerator(const AnalyzerContext& context,
                                             const std::string& name, bool* outer) {
  const bool is_outer = name.ends_with(kOuterSuffix);
  if (is_outer) {
    const std::string plain = name.substr(0, name.size() - kOuterSuffix.size());
    if (const auto* found = context.functions->FindGenerator(plain)) {
      *outer = true;
      return found;
    }
  }
  return context.functions->FindGenerator(name);
}

}  // namespace

bool IsGeneratorCall(const AnalyzerContext& context, const spec::Expression& expression) {
  if (expression.kind != spec::ExpressionKind::kFunction) return false;
  bool outer = false;
  return FindGenerator(context, ToLowerAscii(expression.name.back()), &outer) != nullptr;
}

Result<GeneratorCall> ResolveGeneratorCall(ExpressionResolver* resolver,
                                           const spec::Expression& call, bool outer,
                                           const std::vector<std::string>& names) {
  GeneratorCall generate;
  generate.outer = outer;
  const std::string name = ToLowerAscii(call.name.back());
  const expr::GeneratorFunction* declaration =
      FindGenerator(resolver->context(), name, &generate.outer);
  const functions::FunctionRegistry& registry = *resolver->context().functions;
  if (declaration == nullptr && registry.FindScalar(name) == nullptr &&
      registry.FindAggregate(name) == nullptr) {
    return MakeError("ROUTINE_NOT_FOUND", {{"routineName", QuoteIdentifier(name)}});
  }
  if (declaration == nullptr) {
    return MakeError("UNSUPPORTED_GENERATOR.NOT_GENERATOR",
                     {{"functionName", QuoteIdentifier(name)}, {"classCanonicalName", name}});
  }
  ARROW_ASSIGN_OR_RAISE(const auto arranged, ArrangeArguments(registry, call));
  ARROW_ASSIGN_OR_RAISE(const std::vector<Resolved> arguments,
                        resolver->ResolveList(arranged ? arranged->children : call.children));
  std::vector<expr::ArgumentInfo> infos;
  std::vector<std::string> texts;
  for (const Resolved& argument : arguments) {
    infos.push_back(DescribeArgument(resolver->context(), argument));
    texts.push_back(argument.text);
  }
  const std::string text = fmt::format("{}({})", name, fmt::join(texts, ", "));
  const Status checked = CheckUserDefinedArguments(declaration->bind, infos);
  if (!checked.ok()) return WithExpressionText(checked, text, arguments);
  Result<expr::BoundGenerator> bound = declaration->bind(infos);
  if (!bound.ok()) return WithExpressionText(bound.status(), text, arguments);
  for (size_t i = 0; i < arguments.size(); ++i) {
    const TypePtr wanted = i < bound->argument_types.size() ? bound->argument_types[i]
                                                            : arguments[i].expression->type();
    ARROW_ASSIGN_OR_RAISE(auto argument, MakeCheckedCast(arguments[i], wanted,
                                                         EvalModeOf(resolver->context()), text));
    generate.arguments.push_back(std::move(argument));
  }
  const arrow::FieldVector& fields = bound->output->fields();
  if (!names.empty() && names.size() != fields.size()) {
    return MakeError("UDTF_ALIAS_NUMBER_MISMATCH",
                     {{"aliasesSize", std::to_string(fields.size())},
                      {"aliasesNames", fmt::format("{}", fmt::join(names, ","))}});
  }
  for (size_t i = 0; i < fields.size(); ++i) {
    Attribute attribute;
    attribute.name = names.empty() ? fields[i]->name() : names[i];
    attribute.type = ColumnTypeOf(*fields[i]);
    attribute.nullable = fields[i]->nullable() || generate.outer;
    attribute.id = NextAttributeId();
    generate.output.push_back(std::move(attribute));
  }
  generate.generator = std::make_shared<const expr::BoundGenerator>(std::move(*bound));
  return generate;
}

NodePtr BuildGenerate(NodePtr child, const GeneratorCall& call) {
  auto node = std::make_shared<Node>();
  node->kind = NodeKind::kGenerate;
  node->output = child->output;
  node->output.insert(node->output.end(), call.output.begin(), call.output.end());
  node->children = {std::move(child)};
  node->generator = call.generator;
  node->arguments = call.arguments;
  node->outer = call.outer;
  return node;
}

}  // namespace thalweg::plan
