#pragma once

// What the handles of one public Session share.

#include <map>
#include <memory>
#include <mutex>
#include <ostream>
#include <string>
#include <utility>

#include <thalweg/listener.h>
#include <thalweg/streaming_query.h>

#include "thalweg/api/memory_stream_provider.h"
#include "thalweg/plan/spec/relation.h"
#include "thalweg/session/session.h"
#include "thalweg/sql/parser.h"

namespace thalweg::api {

/// Thread-safe as the engine's session is.
struct SessionCore {
  SessionCore(std::shared_ptr<session::Session> session, std::ostream* out,
              MemoryStreamProvider* streams)
      : engine(std::move(session)), console(out), memory_streams(streams) {}
  /// Stops the queries first: their callbacks use this object.
  ~SessionCore() { engine->queries().StopAll(/*graceful=*/false); }
  SessionCore(const SessionCore&) = delete;
  SessionCore& operator=(const SessionCore&) = delete;

  /// How text given to the API is parsed: as in the session's SQL.
  sql::ParserOptions parser_options() const;

  const std::shared_ptr<session::Session> engine;
  std::ostream* const console;
  MemoryStreamProvider* const memory_streams;  // owned by the engine's registry

  /// The engine's listeners that stand for the program's.
  std::mutex listeners_mutex;
  std::map<std::shared_ptr<StreamingQueryListener>, std::shared_ptr<stream::StreamingQueryListener>>
      listeners;  // guarded by listeners_mutex
};

using SessionCorePtr = std::shared_ptr<SessionCore>;

/// The engine's handle as the program's; the progress of a trigger likewise.
std::shared_ptr<thalweg::StreamingQuery> WrapQuery(std::shared_ptr<stream::StreamingQuery> query);
StreamingQueryProgress ConvertProgress(const stream::StreamingQueryProgress& progress);

}  // namespace thalweg::api
