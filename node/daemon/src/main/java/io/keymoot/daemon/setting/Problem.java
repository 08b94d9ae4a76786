package io.keymoot.daemon.setting;

import io.vertx.core.json.JsonObject;

/** It could not be done: what failed and why, and what a person can do. No stack trace is kept. */
public final class Problem extends RuntimeException {
  private static final long serialVersionUID = 1;
  private static final String TYPE = "urn:keymoot:error:";

  private final ErrorCode code;
  private final String remedy;

  public Problem(ErrorCode code, String detail, String remedy) {
    super(detail, null, false, false);
    this.code = code;
    this.remedy = remedy;
  }

  public ErrorCode code() {
    return code;
  }

  public String detail() {
    return String.valueOf(getMessage());
  }

  public String remedy() {
    return remedy;
  }

  /** As RFC 9457 has it. */
  public JsonObject json() {
    return new JsonObject()
        .put("type", TYPE + code.word())
        .put("title", code.title())
        .put("status", code.status())
        .put("code", code.word())
        .put("detail", detail())
        .put("remedy", remedy);
  }
}
