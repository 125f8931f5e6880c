#pragma once

// listagg() WITHIN GROUP (ORDER BY ...): texts of a group in one, in an order.

#include <string>
#include <vector>

#include "thalweg/expr/aggregate_function.h"

namespace thalweg::functions {

/// One key of the order.
struct ListOrder {
  TypePtr type;
  bool descending = false;
  bool nulls_first = true;
};

/// The aggregate over arguments of `argument_types`: the value, the delimiter and the letters of
/// the order, which are not looked at, and from the fourth on the keys. Rows with the same keys are
/// in the order in which they came.
expr::AggregateFunctionPtr MakeOrderedList(std::vector<TypePtr> argument_types,
                                           std::string delimiter, std::vector<ListOrder> orders);

/// INVALID_WITHIN_GROUP_EXPRESSION.WITHIN_GROUP_MISSING: a call of `name` without its order.
Status OrderMissing(const std::string& name);

}  // namespace thalweg::functions
