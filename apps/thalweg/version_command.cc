#include "version_command.h"

namespace thalweg::cli {

std::string VersionText() { return "thalweg " THALWEG_VERSION " (Spark 4.3.0 semantics)"; }

}  // namespace thalweg::cli
