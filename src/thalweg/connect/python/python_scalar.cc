#include "thalweg/connect/python/python_scalar.h"

#include <utility>

#include "thalweg/connect/plan/translator.h"
#include "thalweg/connect/proto/data_type.h"
#include "thalweg/connect/python/python_function.h"
#include "thalweg/python/aggregate_functions.h"
#include "thalweg/python/scalar_functions.h"

namespace thalweg::connect {
namespace {

using plan::spec::ExternalScalar;
using plan::spec::ExternalScalarCall;
using python::EvalType;

class PythonScalar : public ExternalScalar {
 public:
  PythonScalar(std::shared_ptr<python::WorkerPool> pool, FunctionSettings settings,
               python::PythonFunction function, TypePtr type, bool deterministic)
      : pool_(std::move(pool)),
        settings_(std::move(settings)),
        function_(std::move(function)),
        type_(std::move(type)),
        deterministic_(deterministic) {}

  const std::string& name() const override { return function_.name; }
  const TypePtr& result_type() const override { return type_; }
  bool is_deterministic() const override { return deterministic_; }
  bool Equals(const ExternalScalar& other) const override {
    const auto* same = dynamic_cast<const PythonScalar*>(&other);
    return same != nullptr && same->function_.eval_type == function_.eval_type &&
           same->function_.command == function_.command && same->type_->Equals(*type_);
  }
  int kind() const override { return static_cast<int>(function_.eval_type); }
  bool runs_alone() const override {
    return function_.eval_type == EvalType::kScalarPandasIter ||
           function_.eval_type == EvalType::kScalarArrowIter ||
           function_.eval_type == EvalType::kGroupedAggPandasIter ||
           function_.eval_type == EvalType::kGroupedAggArrowIter;
  }
  bool is_aggregate() const override { return python::IsGroupedAggregate(function_.eval_type); }

  Result<std::shared_ptr<exec::ExternalFunction>> MakeEvaluator(
      const std::vector<ExternalScalarCall>& calls,
      const std::vector<TypePtr>& arguments) const override {
    ARROW_ASSIGN_OR_RAISE(auto settings, settings_.Now());
    return python::MakeScalarFunction(pool_, std::move(settings), PythonCalls(calls), arguments);
  }
  Result<std::shared_ptr<exec::ExternalGroupFunction>> MakeAggregator(
      const std::vector<ExternalScalarCall>& calls,
      const std::vector<TypePtr>& arguments) const override {
    ARROW_ASSIGN_OR_RAISE(auto settings, settings_.Now());
    return python::MakeAggregateFunction(pool_, std::move(settings), PythonCalls(calls), arguments);
  }

  Result<std::shared_ptr<exec::ExternalGroupFunction>> MakeWindow(
      const ExternalScalarCall& call, bool bounded,
      const std::vector<TypePtr>& arguments) const override {
    std::vector<python::ScalarCall> calls = PythonCalls({call});
    const bool pandas = function_.eval_type == EvalType::kGroupedAggPandas;
    calls[0].chain[0].eval_type = pandas ? EvalType::kWindowAggPandas : EvalType::kWindowAggArrow;
    const auto bounds = bounded ? python::WindowBounds::kBounded : python::WindowBounds::kUnbounded;
    ARROW_ASSIGN_OR_RAISE(auto settings, settings_.Now());
    return python::MakeWindowFunction(pool_, std::move(settings), calls, {bounds}, arguments);
  }

 private:
  /// All of one kind, and so of this class.
  static std::vector<python::ScalarCall> PythonCalls(const std::vector<ExternalScalarCall>& calls) {
    std::vector<python::ScalarCall> made;
    for (const ExternalScalarCall& call : calls) {
      python::ScalarCall& one = made.emplace_back();
      for (const auto& function : call.chain) {
        one.chain.push_back(static_cast<const PythonScalar&>(*function).function_);
      }
      for (const ExternalScalarCall::Argument& argument : call.arguments) {
        one.arguments.push_back({argument.column, argument.name});
      }
      one.result_type = call.chain.back()->result_type();
    }
    return made;
  }

  const std::shared_ptr<python::WorkerPool> pool_;
  const FunctionSettings settings_;
  const python::PythonFunction function_;
  const TypePtr type_;
  const bool deterministic_;
};

}  // namespace

Result<std::shared_ptr<const ExternalScalar>> MakePythonScalar(
    ConnectSession* session, const proto::CommonInlineUserDefinedFunction& message) {
  if (!message.has_python_udf()) {
    return UnsupportedFeature("a function that needs the JVM (Scala or Java closure)");
  }
  python::PythonFunction function =
      FunctionFromProto(message.function_name(), message.python_udf());
  if (!python::IsScalar(function.eval_type) && !python::IsGroupedAggregate(function.eval_type)) {
    return UnsupportedFeature("a Python function of this kind in an expression");
  }
  ARROW_ASSIGN_OR_RAISE(auto type, DataTypeFromProto(message.python_udf().output_type()));
  ARROW_ASSIGN_OR_RAISE(auto settings, FunctionSettings::Make(session));
  return std::make_shared<const PythonScalar>(session->python_workers(), std::move(settings),
                                              std::move(function), std::move(type),
                                              message.deterministic());
}

}  // namespace thalweg::connect
