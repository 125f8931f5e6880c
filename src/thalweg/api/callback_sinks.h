#pragma once

// Sinks that call the program's functions with the program's types.

#include <memory>

#include <thalweg/writer.h>

#include "thalweg/api/session_core.h"
#include "thalweg/io/sink.h"

namespace thalweg::api {

/// `schema` is that of the rows.
std::unique_ptr<io::StreamSink> MakeProgramForeachSink(DataStreamWriter::ForeachFactory factory,
                                                       SchemaPtr schema);

/// The frames given to `function` do not own the session: it outlives its queries, and an owner
/// among them would keep it alive for ever.
std::unique_ptr<io::StreamSink> MakeProgramForeachBatchSink(
    DataStreamWriter::ForeachBatchFunction function, SchemaPtr schema, SessionCore* core);

}  // namespace thalweg::api
