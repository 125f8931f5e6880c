#pragma once

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <arrow/type_fwd.h>

#include "thalweg/python/local_listener.h"
#include "thalweg/python/task_header.h"
#include "thalweg/python/unique_fd.h"

namespace thalweg::python {

/// What answers the requests of a processor.
class StateRequestHandler {
 public:
  virtual ~StateRequestHandler() = default;
  /// Appends the reply to `request`, a serialized StateRequest, as it goes over the wire. An error
  /// is none of the processor: it ends its run.
  virtual Status Handle(const std::string& request, std::string* reply) = 0;
  /// True if the request that was handled last is followed by rows as an Arrow stream: the reply
  /// comes when they have come.
  virtual bool WantsRows() const = 0;
  virtual Status HandleRows(const std::vector<std::shared_ptr<arrow::RecordBatch>>& rows,
                            std::string* reply) = 0;
};

/// Where the processor of transformWithState that runs in a worker asks for its state: one process
/// connects, sends requests and waits for each answer. Requests are handled by a thread of the
/// server, and while it runs by nobody else. The destructor ends it.
class StateServer {
 public:
  /// `handler` outlives the server. Errors: PYTHON_WORKER_FAILED.CANNOT_START.
  static Result<std::unique_ptr<StateServer>> Start(Protocol protocol,
                                                    StateRequestHandler* handler);
  ~StateServer();
  StateServer(const StateServer&) = delete;
  StateServer& operator=(const StateServer&) = delete;

  /// A port or a path, as the worker is told.
  std::string address() const;

  /// Ends the thread: what the handler did has happened before. Gives the error that ended it
  /// earlier: the handler's, or PYTHON_WORKER_FAILED.PROTOCOL. The worker has lost its connection
  /// then.
  Status Stop();

 private:
  class Rows;

  StateServer(LocalListener listener, UniqueFd stop, StateRequestHandler* handler);
  void Run();
  Status Serve();
  /// Waits until `fd` is ready; false when it should stop.
  bool Wait(int fd, int16_t events) const;
  /// False at the end of the conversation.
  Result<bool> Read();
  Result<bool> Write();
  /// Handles what has come whole.
  Status HandleAll();
  Status TakeRows(bool* waits);

  LocalListener listener_;
  const UniqueFd stop_;
  StateRequestHandler* const handler_;
  UniqueFd connection_;
  std::string incoming_;
  size_t handled_ = 0;  // bytes of incoming_
  std::string outgoing_;
  std::unique_ptr<Rows> rows_;
  Status failure_;
  std::thread thread_;
};

}  // namespace thalweg::python
