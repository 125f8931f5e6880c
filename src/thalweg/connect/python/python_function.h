#pragma once

// Python functions of clients, and how the session's settings say that they run.

#include <memory>
#include <string>
#include <utility>

#include "thalweg/connect/proto/messages.h"
#include "thalweg/connect/session/connect_session.h"
#include "thalweg/python/python_settings.h"

namespace thalweg::connect {

python::PythonFunction FunctionFromProto(const std::string& name, const proto::PythonUDF& function);

/// The interpreter is that of spark.pyspark.python, else of PYSPARK_PYTHON, else python3. Errors:
/// files of the session that cannot be laid out for the workers.
Result<python::PythonSettings> PythonSettingsOf(ConnectSession* session);

/// The settings under which a function runs that lives longer than the request that brought it (a
/// registered one, or one of a view): those of its session at the time of the call. Thread-safe.
class FunctionSettings {
 public:
  /// Errors: as PythonSettingsOf.
  static Result<FunctionSettings> Make(ConnectSession* session);

  /// Those of the start where the session is gone: a clone of it has the function, too. Errors: as
  /// PythonSettingsOf.
  Result<python::PythonSettings> Now() const;

 private:
  FunctionSettings(std::weak_ptr<ConnectSession> session, python::PythonSettings first)
      : session_(std::move(session)), first_(std::move(first)) {}

  std::weak_ptr<ConnectSession> session_;
  python::PythonSettings first_;
};

}  // namespace thalweg::connect
