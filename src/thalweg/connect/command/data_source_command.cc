// spark.dataSource.register().

#include "thalweg/connect/command/commands.h"
#include "thalweg/connect/python/python_data_source.h"

namespace thalweg::connect {

Status RegisterDataSource(Execution* execution,
                          const proto::CommonInlineUserDefinedDataSource& command) {
  return AddPythonDataSource(execution->session(), command);
}

}  // namespace thalweg::connect
