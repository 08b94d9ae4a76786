package io.keymoot.daemon.api;

import io.vertx.core.json.JsonObject;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** What stands behind the routes. None of it may wait on the thread that calls it. */
public final class Handlers {
  /** Answers one route. A {@link io.keymoot.daemon.setting.Problem} is told as such. */
  @FunctionalInterface
  public interface Handler {
    CompletionStage<JsonObject> answer(Ask ask);
  }

  private final Map<Route, Handler> all = new EnumMap<>(Route.class);

  public Handlers on(Route route, Handler handler) {
    if (all.put(route, handler) != null) {
      throw new IllegalStateException(route + " has a handler");
    }
    return this;
  }

  Handler of(Route route) {
    Handler handler = all.get(route);
    if (handler == null) {
      throw new IllegalStateException(route + " has no handler");
    }
    return handler;
  }
}
