#pragma once

// User-defined types as arguments of functions.

#include <vector>

#include "thalweg/expr/scalar_function.h"
#include "thalweg/types/user_defined_type.h"

namespace thalweg::plan {

/// What `bind` says of arguments of user-defined types. Functions look at the id of an argument's
/// type, which is that of its SQL type; they must not: what takes an array takes no user-defined
/// type that is made of one. So they are bound once with types whose ids are none that they know.
template <typename Bind>
Status CheckUserDefinedArguments(const Bind& bind, const std::vector<expr::ArgumentInfo>& infos) {
  bool has_any = false;
  for (const expr::ArgumentInfo& info : infos) has_any = has_any || HasUserDefined(*info.type);
  if (!has_any) return Status::OK();
  std::vector<expr::ArgumentInfo> hidden = infos;
  for (expr::ArgumentInfo& info : hidden) {
    if (!HasUserDefined(*info.type)) continue;
    info.type = HideUserDefined(info.type);
    info.constant.reset();
  }
  return bind(hidden).status();
}

}  // namespace thalweg::plan
