// current_user, user, session_user: whom the process runs as.

#include <pwd.h>
#include <unistd.h>

#include <cstdlib>
#include <vector>

#include <arrow/api.h>

#include "thalweg/functions/declaration.h"
#include "thalweg/functions/miscellaneous_family.h"

namespace thalweg::functions {
namespace {

/// SPARK_USER if it is set, as in Spark, else the user of the operating system, by number if it has
/// no name.
std::string UserName() {
  const char* given = std::getenv("SPARK_USER");
  if (given != nullptr && *given != '\0') return given;
  std::vector<char> buffer(16384);
  passwd entry{};
  passwd* found = nullptr;
  const int failure = getpwuid_r(getuid(), &entry, buffer.data(), buffer.size(), &found);
  return failure == 0 && found != nullptr ? found->pw_name : std::to_string(getuid());
}

Result<expr::BoundFunction> BindUser(const std::string& name, const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 0, 0));
  auto bound =
      MakeBound(name, arguments, {}, arrow::utf8(),
                [user = UserName()](const expr::EvalContext&, const std::vector<arrow::Datum>&,
                                    int64_t) -> Result<arrow::Datum> {
                  return arrow::Datum(TextScalar(user));
                });
  bound.nullable = false;
  return bound;
}

}  // namespace

void RegisterCurrentUser(FunctionRegistry* registry) {
  DeclareBinder(registry, {"current_user", "user", "session_user"}, "misc_funcs",
                "current_user() - Returns the name of the user whom the process runs as.",
                "SELECT current_user();", BindUser);
}

}  // namespace thalweg::functions
