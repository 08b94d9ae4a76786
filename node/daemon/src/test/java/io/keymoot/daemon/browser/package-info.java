/** A real browser, driven over its own protocol. axe.min.js is axe-core 4.14.1, under MPL 2.0. */
@NullMarked
package io.keymoot.daemon.browser;

import org.jspecify.annotations.NullMarked;
