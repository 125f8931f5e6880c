#pragma once

// Python functions of clients, and how the session's settings say that they run.

#include <string>

#include "thalweg/connect/proto/messages.h"
#include "thalweg/connect/session/connect_session.h"
#include "thalweg/python/python_settings.h"

namespace thalweg::connect {

python::PythonFunction FunctionFromProto(const std::string& name, const proto::PythonUDF& function);

/// The interpreter is that of spark.pyspark.python, else of PYSPARK_PYTHON, else python3. Errors:
/// files of the session that cannot be laid out for the workers.
Result<python::PythonSettings> PythonSettingsOf(ConnectSession* session);

}  // namespace thalweg::connect
