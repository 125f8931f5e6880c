#pragma once

// For tests: calls functions of the registry on values written as text.

#include <string>
#include <vector>

#include <arrow/api.h>
#include <gtest/gtest.h>

#include "thalweg/expr/kernel_support.h"
#include "thalweg/functions/binding.h"
#include "thalweg/functions/function_registry.h"

namespace thalweg::functions {

/// Every call is made twice, over scalars and over arrays of three rows, and must agree.
class CallFixture : public ::testing::Test {
 protected:
  using Value = Result<arrow::Datum>;

  /// A value of a type: text as CAST takes it, "NULL" for a null.
  Value V(const std::string& text, const std::string& type = "string") {
    ARROW_ASSIGN_OR_RAISE(auto wanted, ParseDataType(type));
    if (text == "NULL") return arrow::Datum(arrow::MakeNullScalar(wanted));
    return expr::CastDatum(arrow::Datum(std::make_shared<arrow::StringScalar>(text)), wanted,
                           EvalMode::kAnsi, context_);
  }
  Value I(int32_t value) { return arrow::Datum(std::make_shared<arrow::Int32Scalar>(value)); }
  Value D(double value) { return arrow::Datum(std::make_shared<arrow::DoubleScalar>(value)); }

  Value Call(const std::string& name, const std::vector<Value>& operands) {
    Arguments infos;
    std::vector<arrow::Datum> values;
    for (const Value& operand : operands) {
      ARROW_ASSIGN_OR_RAISE(auto value, operand);
      infos.push_back({value.type(), !value.scalar()->is_valid, value.scalar()});
      values.push_back(std::move(value));
    }
    const auto* function = registry_.FindScalar(name);
    if (function == nullptr) return Status::Invalid("no function ", name);
    ARROW_ASSIGN_OR_RAISE(const auto bound, function->bind(infos));
    for (size_t i = 0; i < values.size(); ++i) {
      ARROW_ASSIGN_OR_RAISE(values[i], expr::CastDatum(values[i], bound.argument_types[i],
                                                       EvalMode::kAnsi, context_));
    }
    ARROW_ASSIGN_OR_RAISE(auto scalar, bound.kernel(context_, values, 1));
    EXPECT_TRUE(SameType(*scalar.type(), *bound.return_type))
        << name << " " << scalar.type()->ToString() << " " << bound.return_type->ToString();
    EXPECT_TRUE(bound.nullable || scalar.scalar()->is_valid) << name;
    if (values.empty()) return scalar;
    for (auto& value : values) {
      ARROW_ASSIGN_OR_RAISE(value, expr::ToArray(value, 3));
    }
    ARROW_ASSIGN_OR_RAISE(auto array, bound.kernel(context_, values, 3));
    EXPECT_TRUE(array.is_array()) << name;
    EXPECT_TRUE(array.make_array()->ValidateFull().ok()) << name;
    ARROW_ASSIGN_OR_RAISE(auto last, array.make_array()->GetScalar(2));
    EXPECT_TRUE(last->Equals(*scalar.scalar(), arrow::EqualOptions().nans_equal(true)))
        << name << ": " << last->ToString() << " " << scalar.scalar()->ToString();
    return scalar;
  }

  /// The value as CAST AS STRING shows it, or the error condition.
  std::string Text(const Value& value) {
    if (!value.ok()) {
      const ErrorDetail* detail = GetErrorDetail(value.status());
      return detail == nullptr ? value.status().ToString() : detail->condition();
    }
    if (!value->scalar()->is_valid) return "NULL";
    auto text = expr::CastDatum(*value, arrow::utf8(), EvalMode::kAnsi, context_);
    return text.ok() ? text->scalar()->ToString() : text.status().ToString();
  }

  /// Text of a call whose operands are strings.
  std::string S(const std::string& name, const std::vector<std::string>& operands) {
    std::vector<Value> values;
    for (const auto& operand : operands) values.push_back(V(operand));
    return Text(Call(name, values));
  }

  FunctionRegistry registry_;
  expr::EvalContext context_;
};

}  // namespace thalweg::functions
