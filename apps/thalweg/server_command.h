#pragma once

// `thalweg server`: serves Spark Connect clients.

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace thalweg::cli {

/// What the command line asks for.
struct ServerArguments {
  std::string address = "127.0.0.1";
  int port = 15002;
  std::string token_file;
  bool insecure = false;
  std::string tls_certificate;
  std::string tls_key;
  std::string tls_client_ca;
  double session_timeout_minutes = 60;
  int keepalive_seconds = 60;
  /// Stops when standard input ends.
  bool until_input_ends = false;
  std::vector<std::string> settings;
};

/// Adds the sub-command to `app`; parsing fills `arguments`, which outlives `app`.
CLI::App* AddServerCommand(CLI::App* app, ServerArguments* arguments);

/// Serves until SIGINT or SIGTERM. Gives the exit code of the program (script_runner.h).
int RunServerCommand(const ServerArguments& arguments);

}  // namespace thalweg::cli
