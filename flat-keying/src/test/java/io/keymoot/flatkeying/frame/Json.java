package io.keymoot.flatkeying.frame;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the JSON of the test vectors: objects, lists, plain strings and whole numbers, the last as
 * {@link BigInteger}, because KIDs and counters reach 2⁶⁴−1.
 */
final class Json {
  private final String text;
  private int at;

  private Json(String text) {
    this.text = text;
  }

  static Object read(String text) {
    Json json = new Json(text);
    Object value = json.value();
    json.space();
    if (json.at != text.length()) {
      throw new IllegalArgumentException("more after the value, at " + json.at);
    }
    return value;
  }

  private Object value() {
    space();
    char next = text.charAt(at);
    if (next == '{') {
      Map<String, Object> map = new LinkedHashMap<>();
      at++;
      while (!ends('}')) {
        String key = string();
        take(':');
        map.put(key, value());
        comma();
      }
      return map;
    }
    if (next == '[') {
      List<Object> list = new ArrayList<>();
      at++;
      while (!ends(']')) {
        list.add(value());
        comma();
      }
      return list;
    }
    return next == '"' ? string() : number();
  }

  private String string() {
    take('"');
    int end = text.indexOf('"', at);
    String value = text.substring(at, end);
    if (value.indexOf('\\') >= 0) {
      throw new IllegalArgumentException("escapes are not read, at " + at);
    }
    at = end + 1;
    return value;
  }

  private BigInteger number() {
    int from = at;
    while (at < text.length() && Character.isDigit(text.charAt(at))) {
      at++;
    }
    return new BigInteger(text.substring(from, at));
  }

  private boolean ends(char closing) {
    space();
    if (text.charAt(at) != closing) {
      return false;
    }
    at++;
    return true;
  }

  private void comma() {
    space();
    if (text.charAt(at) == ',') {
      at++;
    }
  }

  private void take(char wanted) {
    space();
    if (text.charAt(at) != wanted) {
      throw new IllegalArgumentException("no " + wanted + " at " + at);
    }
    at++;
  }

  private void space() {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
  }
}
