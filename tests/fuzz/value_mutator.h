#pragma once

// Values of fields that are not messages: chosen to be awkward.

#include <string>
#include <vector>

#include <google/protobuf/message.h>

#include "request_mutator.h"

namespace thalweg::tests {

/// Gives the field of `message` another value; one more, if it is repeated and `append`. It is no
/// message.
void ChangeValue(google::protobuf::Message* message, const google::protobuf::FieldDescriptor* field,
                 bool append, const std::vector<std::string>& functions, RandomChoice* random);

/// Flips, removes or repeats bytes.
void ChangeBytes(std::string* bytes, RandomChoice* random);

}  // namespace thalweg::tests
