#pragma once

// Files of the engine behind Arrow's file interfaces.

#include <memory>

#include <arrow/io/interfaces.h>

#include "thalweg/base/file_system.h"

namespace thalweg::formats {

/// Random access for Arrow over one of our files. Thread-safe.
std::shared_ptr<arrow::io::RandomAccessFile> MakeArrowFile(
    std::shared_ptr<const ReadableFile> file);

/// Appends for Arrow; Close does nothing. `file` must outlive it.
std::shared_ptr<arrow::io::OutputStream> MakeArrowOutput(WritableFile* file);

}  // namespace thalweg::formats
