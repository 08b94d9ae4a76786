package io.keymoot.daemon.api;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Every route there is, and the command it belongs to: one table, which the gate, the server, the
 * OpenAPI file and the command line are all held against.
 */
public enum Route {
  PAGE("GET", "/", Access.OPEN, "page"),
  LIVE("GET", "/health/live", Access.OPEN, ""),
  READY("GET", "/health/ready", Access.OPEN, ""),
  METRICS("GET", "/metrics", Access.TOKEN, ""),
  OPENAPI("GET", "/v1/openapi.yaml", Access.OPEN, ""),
  LOGIN("POST", "/v1/login", Access.OPEN, ""),
  LOGOUT("POST", "/v1/logout", Access.TOKEN, ""),
  LOGIN_LINK("POST", "/v1/login-link", Access.TOKEN, "page"),
  VERSION("GET", "/v1/version", Access.TOKEN, "version"),
  ID("GET", "/v1/id", Access.TOKEN, "id"),
  STATUS("GET", "/v1/status", Access.TOKEN, "status"),
  MEMBERS("GET", "/v1/members", Access.TOKEN, "members"),
  EPOCHS("GET", "/v1/epochs", Access.TOKEN, "epochs"),
  TABLE("GET", "/v1/table", Access.TOKEN, "table"),
  EVENTS("GET", "/v1/events", Access.TOKEN, "events"),
  KEYS("GET", "/v1/keys", Access.MEDIA, ""),
  PENDING("GET", "/v1/pending", Access.TOKEN, "pending"),
  ACCEPT("POST", "/v1/accept", Access.TOKEN, "accept"),
  DENY("POST", "/v1/deny", Access.TOKEN, "deny"),
  APPROVE("POST", "/v1/approve", Access.TOKEN, "approve"),
  INVITE("POST", "/v1/invite", Access.TOKEN, "invite"),
  INVITES("GET", "/v1/invites", Access.TOKEN, "invite"),
  REVOKE_INVITE("POST", "/v1/revoke-invite", Access.TOKEN, "invite"),
  VERIFY("POST", "/v1/verify", Access.TOKEN, "verify"),
  SEND("POST", "/v1/send", Access.TOKEN, "send"),
  EVICT("POST", "/v1/evict", Access.TOKEN, "evict"),
  REKEY("POST", "/v1/rekey", Access.TOKEN, "rekey"),
  PARDON("POST", "/v1/pardon", Access.TOKEN, "pardon"),
  LEAVE("POST", "/v1/leave", Access.TOKEN, "leave"),
  DOCTOR("GET", "/v1/doctor", Access.TOKEN, "doctor"),
  CONFIG("GET", "/v1/config", Access.TOKEN, "config"),
  RELOAD("POST", "/v1/reload", Access.TOKEN, "config"),
  PATHS("GET", "/v1/paths", Access.TOKEN, "paths");

  /** Who may come in. */
  enum Access {
    /** Whoever reaches the port and comes from the right place. */
    OPEN,
    /** Who has the token, or a session of the page. */
    TOKEN,
    /** Who has the media token. */
    MEDIA
  }

  /** Files of the page stand beneath this. */
  static final String PAGE_FILES = "/page/";

  private static final Map<String, Route> BY_PATH = new TreeMap<>();

  static {
    for (Route route : values()) {
      BY_PATH.put(route.path, route);
    }
  }

  private final String method;
  private final String path;
  private final Access access;
  private final String command;

  Route(String method, String path, Access access, String command) {
    this.method = method;
    this.path = path;
    this.access = access;
    this.command = command;
  }

  public String method() {
    return method;
  }

  public String path() {
    return path;
  }

  /** The command that asks it; empty for those that only programs ask. */
  public String command() {
    return command;
  }

  Access access() {
    return access;
  }

  boolean isWebSocket() {
    return this == EVENTS || this == KEYS;
  }

  /** By the exact path: nothing is decoded or normalised, so nothing can hide in it. */
  static Optional<Route> at(String path) {
    Route route = BY_PATH.get(path);
    return route == null && path.startsWith(PAGE_FILES)
        ? Optional.of(PAGE)
        : Optional.ofNullable(route);
  }
}
