package io.keymoot.daemon.api;

import io.keymoot.daemon.setting.Problem;
import io.vertx.core.MultiMap;
import java.util.Optional;

/** A request that passed the gate. */
public record Ask(MultiMap query, Body body) {

  /** A number among the parameters of the path. */
  public long number(String name, long least, long most, long otherwise) {
    return number(name, least, most).orElse(otherwise);
  }

  Optional<Long> number(String name, long least, long most) {
    String text = query.get(name);
    if (text == null) {
      return Optional.empty();
    }
    try {
      long value = Long.parseLong(text);
      if (value >= least && value <= most) {
        return Optional.of(value);
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw bad("'" + name + "' is no number from " + least + " to " + most + '.');
  }

  void only(String... names) {
    for (String name : query.names()) {
      if (!java.util.List.of(names).contains(name)) {
        throw bad("There is a parameter here that is not known.");
      }
    }
  }

  private static Problem bad(String detail) {
    return Body.bad(detail, "See /v1/openapi.yaml.");
  }
}
