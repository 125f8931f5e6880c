#include "thalweg/plan/analyzer/higher_order_call.h"

#include <algorithm>

#include <arrow/type.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "thalweg/plan/analyzer/user_defined_arguments.h"
#include "thalweg/plan/logical/error_text.h"

namespace thalweg::plan {
namespace {

// A lambda on its way from text to a closed body.
struct OpenLambda {
  Resolved body;
  std::vector<Attribute> parameters;

  std::string text() const {
    std::string variables;
    for (size_t i = 0; i < parameters.size(); ++i) variables += ", namedlambdavariable()";
    return fmt::format("lambdafunction({}{})", body.text, variables);
  }
};

// The call being put together: its arguments, then what its lambdas capture.
class CallBuilder {
 public:
  CallBuilder(ExpressionResolver* resolver, const functions::HigherOrderFunction& function)
      : resolver_(resolver), function_(function) {}

  Status AddArguments(const spec::Expression& call);
  Status AddLambda(const spec::Expression& lambda, size_t index);
  Result<Resolved> Finish();

 private:
  Status CheckParameters(const spec::Expression& lambda,
                         const functions::LambdaSignature& signature) const;
  Result<functions::Lambda> Close(const OpenLambda& open);
  std::string BodyText(const OpenLambda& open, const functions::Lambda& lambda) const;
  std::string Text() const;

  ExpressionResolver* resolver_;
  const functions::HigherOrderFunction& function_;
  std::vector<Resolved> arguments_;
  std::vector<expr::ExpressionPtr> children_;
  functions::Arguments infos_;
  std::vector<OpenLambda> lambdas_;
};

std::string CallBuilder::Text() const {
  std::vector<std::string> texts;
  for (const Resolved& argument : arguments_) texts.push_back(argument.text);
  for (const OpenLambda& lambda : lambdas_) texts.push_back(lambda.text());
  // The finish function that is not written is the identity.
  if (lambdas_.size() < function_.max_lambdas) {
    texts.push_back("lambdafunction(namedlambdavariable(), namedlambdavariable())");
  }
  return fmt::format("{}({})", function_.name, fmt::join(texts, ", "));
}

Status CallBuilder::AddArguments(const spec::Expression& call) {
  for (size_t i = 0; i < function_.num_arguments; ++i) {
    if (call.children[i]->kind == spec::ExpressionKind::kLambda) {
      return MakeError("INVALID_LAMBDA_FUNCTION_CALL.PARAMETER_DOES_NOT_ACCEPT_LAMBDA_FUNCTION");
    }
    ARROW_ASSIGN_OR_RAISE(Resolved argument, resolver_->Resolve(*call.children[i]));
    infos_.push_back(DescribeArgument(resolver_->context(), argument));
    arguments_.push_back(std::move(argument));
  }
  const Status checked = CheckUserDefinedArguments(function_.accept, infos_);
  if (!checked.ok()) return WithExpressionText(checked, spec::ToString(call), arguments_);
  Result<std::vector<TypePtr>> types = function_.accept(infos_);
  if (!types.ok()) return WithExpressionText(types.status(), spec::ToString(call), arguments_);
  for (size_t i = 0; i < arguments_.size(); ++i) {
    ARROW_ASSIGN_OR_RAISE(auto child, MakeCheckedCast(arguments_[i], (*types)[i],
                                                      EvalModeOf(resolver_->context()), Text()));
    children_.push_back(std::move(child));
    infos_[i].type = (*types)[i];
  }
  return Status::OK();
}

Status CallBuilder::CheckParameters(const spec::Expression& lambda,
                                    const functions::LambdaSignature& signature) const {
  const std::vector<std::string>& names = lambda.name;
  for (size_t i = 0; i < names.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      if (!EqualsIgnoreCase(names[i], names[j])) continue;
      std::vector<std::string> quoted;
      for (const std::string& name : names) quoted.push_back(QuoteIdentifier(name));
      return MakeError("INVALID_LAMBDA_FUNCTION_CALL.DUPLICATE_ARG_NAMES",
                       {{"args", fmt::format("{}", fmt::join(quoted, ", "))},
                        {"caseSensitiveConfig", "\"spark.sql.caseSensitive\""}});
    }
  }
  if (names.size() >= signature.minimum && names.size() <= signature.parameters.size()) {
    return Status::OK();
  }
  return MakeError("INVALID_LAMBDA_FUNCTION_CALL.NUM_ARGS_MISMATCH",
                   {{"expectedNumArgs", std::to_string(names.size())},
                    {"actualNumArgs", std::to_string(signature.minimum)}});
}

Status CallBuilder::AddLambda(const spec::Expression& lambda, size_t index) {
  const functions::LambdaSignature signature = function_.signature(infos_, index);
  // What is no lambda is the body of one that does not look at its parameters.
  const bool written = lambda.kind == spec::ExpressionKind::kLambda;
  if (written) {
    const Status status = CheckParameters(lambda, signature);
    if (!status.ok()) {
      return lambda.position.is_known() ? WithPosition(status, lambda.position) : status;
    }
  }
  OpenLambda open;
  const size_t count = written ? lambda.name.size() : signature.minimum;
  for (size_t i = 0; i < count; ++i) {
    Attribute parameter;
    parameter.name = written ? lambda.name[i] : "";
    parameter.type = signature.parameters[i].type;
    parameter.nullable = signature.parameters[i].nullable;
    parameter.id = NextAttributeId();
    open.parameters.push_back(std::move(parameter));
  }
  const LambdaScope scope = {open.parameters, resolver_->lambdas()};
  ExpressionResolver inner = resolver_->WithLambdas(&scope);
  ARROW_ASSIGN_OR_RAISE(open.body, inner.Resolve(written ? *lambda.children[0] : lambda));
  lambdas_.push_back(std::move(open));
  return Status::OK();
}

Result<functions::Lambda> CallBuilder::Close(const OpenLambda& open) {
  functions::Lambda lambda;
  lambda.num_parameters = open.parameters.size();
  lambda.first_capture = children_.size();
  std::vector<uint64_t> ids;
  for (const Attribute& parameter : open.parameters) ids.push_back(parameter.id);
  expr::Transform(open.body.expression, [&](const expr::ExpressionPtr& part) {
    if (part->kind() != expr::ExpressionKind::kAttribute) return part;
    const uint64_t id = static_cast<const expr::AttributeReference&>(*part).id();
    if (std::find(ids.begin(), ids.end(), id) == ids.end()) {
      ids.push_back(id);
      children_.push_back(part);
      infos_.push_back({part->type(), part->nullable(), nullptr});
    }
    return part;
  });
  lambda.num_captures = children_.size() - lambda.first_capture;
  ARROW_ASSIGN_OR_RAISE(lambda.body, expr::Bind(open.body.expression, ids));
  return lambda;
}

/// Stands in a lambda's text for an attribute that its body captures: the optimizer may put another
/// expression there.
std::string CaptureMark(const expr::Expression& captured) {
  return fmt::format("\x01{}", static_cast<const expr::AttributeReference&>(captured).id());
}

std::string CallBuilder::BodyText(const OpenLambda& open, const functions::Lambda& lambda) const {
  std::vector<uint64_t> captured;
  for (size_t i = 0; i < lambda.num_captures; ++i) {
    const expr::Expression& child = *children_[lambda.first_capture + i];
    captured.push_back(static_cast<const expr::AttributeReference&>(child).id());
  }
  const expr::ExpressionPtr body =
      expr::Transform(open.body.expression, [&](const expr::ExpressionPtr& part) {
        if (part->kind() != expr::ExpressionKind::kAttribute) return part;
        const uint64_t id = static_cast<const expr::AttributeReference&>(*part).id();
        if (std::find(captured.begin(), captured.end(), id) == captured.end()) return part;
        return expr::AttributeReference::Make(0, CaptureMark(*part), part->type(),
                                              part->nullable());
      });
  std::string text = "lambdafunction(" + body->ToString();
  for (const Attribute& parameter : open.parameters) {
    text += ", " + parameter.Reference()->ToString();
  }
  return text + ")";
}

/// `text` with the texts of captured attributes in place of their marks.
std::string FillMarks(std::string text, const std::vector<std::string>& marks,
                      const std::vector<std::string>& captured) {
  for (size_t i = 0; i < marks.size(); ++i) {
    for (size_t at = text.find(marks[i]); at != std::string::npos;
         at = text.find(marks[i], at + captured[i].size())) {
      text.replace(at, marks[i].size(), captured[i]);
    }
  }
  return text;
}

Result<Resolved> CallBuilder::Finish() {
  std::vector<functions::Lambda> closed;
  std::vector<Resolved> shown = arguments_;
  std::vector<std::string> lambda_texts;
  const functions::Arguments plain = infos_;
  for (const OpenLambda& open : lambdas_) {
    ARROW_ASSIGN_OR_RAISE(functions::Lambda lambda, Close(open));
    lambda_texts.push_back(BodyText(open, lambda));
    closed.push_back(std::move(lambda));
    shown.push_back(open.body);
    shown.back().text = open.text();
  }
  Resolved call;
  call.text = Text();
  Result<expr::BoundFunction> bound = function_.bind(plain, closed);
  if (!bound.ok()) return WithExpressionText(bound.status(), call.text, shown);
  std::vector<std::string> marks;
  for (size_t i = plain.size(); i < infos_.size(); ++i) {
    bound->argument_types.push_back(infos_[i].type);
    marks.push_back(CaptureMark(*children_[i]) + "#0");
  }
  bound->format = [name = function_.name, count = plain.size(), marks,
                   lambda_texts](const std::vector<std::string>& arguments) {
    const auto end = arguments.begin() + static_cast<std::ptrdiff_t>(count);
    std::vector<std::string> parts(arguments.begin(), end);
    const std::vector<std::string> captured(end, arguments.end());
    for (const std::string& text : lambda_texts) parts.push_back(FillMarks(text, marks, captured));
    return fmt::format("{}({})", name, fmt::join(parts, ", "));
  };
  call.expression = expr::Call::Make(std::make_shared<const expr::BoundFunction>(std::move(*bound)),
                                     std::move(children_));
  return call;
}

}  // namespace

const Attribute* FindLambdaParameter(const LambdaScope* scope, const std::string& name) {
  for (; scope != nullptr; scope = scope->outer) {
    for (const Attribute& parameter : scope->parameters) {
      if (EqualsIgnoreCase(parameter.name, name)) return &parameter;
    }
  }
  return nullptr;
}

Result<Resolved> ResolveHigherOrderCall(ExpressionResolver* resolver,
                                        const functions::HigherOrderFunction& function,
                                        const spec::Expression& call) {
  const size_t least = function.num_arguments + function.min_lambdas;
  const size_t most = function.num_arguments + function.max_lambdas;
  const size_t given = call.children.size();
  if (given < least || given > most) {
    return MakeError("WRONG_NUM_ARGS.WITHOUT_SUGGESTION",
                     {{"functionName", QuoteIdentifier(function.name)},
                      {"expectedNum", least == most ? std::to_string(least)
                                                    : fmt::format("[{}, {}]", least, most)},
                      {"actualNum", std::to_string(given)},
                      {"docroot", "https://spark.apache.org/docs/latest"}});
  }
  CallBuilder builder(resolver, function);
  ARROW_RETURN_NOT_OK(builder.AddArguments(call));
  for (size_t i = function.num_arguments; i < given; ++i) {
    ARROW_RETURN_NOT_OK(builder.AddLambda(*call.children[i], i - function.num_arguments));
  }
  return builder.Finish();
}

}  // namespace thalweg::plan
