#pragma once

#include "thalweg/functions/function_registry.h"

namespace thalweg::functions {

/// current_user, user, session_user: a part of the miscellaneous family.
void RegisterCurrentUser(FunctionRegistry* registry);

}  // namespace thalweg::functions
