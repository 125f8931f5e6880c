#pragma once

// Values as the protocol has them.

#include <memory>

#include "thalweg/connect/proto/messages.h"
#include "thalweg/types/data_types.h"

namespace thalweg::connect {

/// Errors: literals whose parts do not fit their type, and types that are not supported.
Result<std::shared_ptr<arrow::Scalar>> ScalarFromProto(const proto::Expression::Literal& literal);

/// Errors: types that the protocol has no literals for.
Status ScalarToProto(const arrow::Scalar& value, proto::Expression::Literal* literal);

}  // namespace thalweg::connect
