// Package rights says what a book of agreements permits.
package rights
