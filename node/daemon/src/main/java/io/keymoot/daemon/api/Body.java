package io.keymoot.daemon.api;

import io.keymoot.daemon.setting.ErrorCode;
import io.keymoot.daemon.setting.Problem;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Optional;

/** What a POST says, field by field; what is not asked for is an error, not ignored. */
public final class Body {
  private final JsonObject json;

  private Body(JsonObject json) {
    this.json = json;
  }

  /** An empty body counts as {@code {}}. */
  static Body parse(Buffer bytes) {
    if (bytes.length() == 0) {
      return new Body(new JsonObject());
    }
    try {
      return new Body(new JsonObject(bytes));
    } catch (DecodeException | ClassCastException e) {
      throw bad("The body is no JSON object.", "Send one, such as {}.");
    }
  }

  public void only(String... fields) {
    for (String field : json.fieldNames()) {
      if (!List.of(fields).contains(field)) {
        throw bad(
            "There is no field '" + printable(field) + "' here.",
            fields.length == 0 ? "Send {}." : "There are: " + String.join(", ", fields) + '.');
      }
    }
  }

  public Optional<String> text(String field, int mostCharacters) {
    Object value = json.getValue(field);
    if (value == null) {
      return Optional.empty();
    }
    if (!(value instanceof String text) || text.length() > mostCharacters) {
      throw bad(
          "'" + field + "' is no text of at most " + mostCharacters + " characters.",
          "See /v1/openapi.yaml.");
    }
    return Optional.of(text);
  }

  public String needed(String field, int mostCharacters) {
    return text(field, mostCharacters)
        .filter(text -> !text.isBlank())
        .orElseThrow(() -> bad("'" + field + "' is missing.", "See /v1/openapi.yaml."));
  }

  public int number(String field, int least, int most, int otherwise) {
    Object value = json.getValue(field);
    if (value == null) {
      return otherwise;
    }
    if (!(value instanceof Integer number) || number < least || number > most) {
      throw bad(
          "'" + field + "' is no number from " + least + " to " + most + '.',
          "See /v1/openapi.yaml.");
    }
    return number;
  }

  public Optional<Boolean> yesOrNo(String field) {
    Object value = json.getValue(field);
    if (value != null && !(value instanceof Boolean)) {
      throw bad("'" + field + "' is neither true nor false.", "See /v1/openapi.yaml.");
    }
    return Optional.ofNullable((Boolean) value);
  }

  static Problem bad(String detail, String remedy) {
    return new Problem(ErrorCode.BAD_REQUEST, detail, remedy);
  }

  private static String printable(String text) {
    String plain = text.replaceAll("[^ -~]", "?");
    return plain.length() > 40 ? plain.substring(0, 40) + "…" : plain;
  }
}
