#pragma once

#include <memory>

#include "thalweg/io/source.h"

namespace thalweg::stream {

/// `inner`, which cannot fix its end itself, as one that can: PrepareForAvailableNow() asks it for
/// its newest offset from its beginning, and LatestOffset() gives that ever after, whatever the
/// limit (semantics 1.4, spark.sql.streaming.triggerAvailableNowWrapper.enabled).
std::unique_ptr<io::StreamSource> WrapForAvailableNow(std::unique_ptr<io::StreamSource> inner);

}  // namespace thalweg::stream
