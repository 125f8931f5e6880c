#include "thalweg/web/http_server.h"

#include <gtest/gtest.h>
#include <httplib.h>

namespace thalweg::web {
namespace {

TEST(HttpServerTest, ServesMetrics) {
  HttpServerOptions options;
  options.metrics = [] { return std::string("a 1\n"); };
  auto server = HttpServer::Start(options);
  ASSERT_TRUE(server.ok()) << server.status();
  httplib::Client client("127.0.0.1", (*server)->port());
  const auto response = client.Get("/metrics");
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(response->body, "a 1\n");
  EXPECT_EQ(response->get_header_value("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
  const auto other = client.Get("/nothing");
  ASSERT_TRUE(other);
  EXPECT_EQ(other->status, 404);
}

TEST(HttpServerTest, EndsBeforeAnyRequest) {
  HttpServerOptions options;
  options.metrics = [] { return std::string(); };
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(HttpServer::Start(options).ok());
}

TEST(HttpServerTest, PortInUse) {
  HttpServerOptions options;
  options.metrics = [] { return std::string(); };
  auto first = HttpServer::Start(options);
  ASSERT_TRUE(first.ok()) << first.status();
  options.port = (*first)->port();
  const auto second = HttpServer::Start(options);
  ASSERT_FALSE(second.ok());
  EXPECT_TRUE(IsCondition(second.status(), "THALWEG_HTTP_SERVER_CANNOT_LISTEN"));
}

}  // namespace
}  // namespace thalweg::web
