/** Where a caller was, what it logged and how long it has: what calls carry with them. */
package dev.remuda.context;
