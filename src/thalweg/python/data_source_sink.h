#pragma once

#include <memory>
#include <string>

#include "thalweg/io/sink.h"
#include "thalweg/python/data_source.h"

namespace thalweg::python {

enum class SinkUse { kAppend, kOverwrite, kStream };

/// Rows written by a class in Python: each worker that has rows runs its writer once in an epoch
/// (at least one does), and the messages that they give are committed together. A stream in
/// complete mode overwrites.
Result<std::unique_ptr<io::StreamSink>> MakeDataSourceSink(
    std::shared_ptr<const DataSourceClass> source, SchemaPtr schema, io::Options options,
    std::string session_time_zone, SinkUse use);

}  // namespace thalweg::python
