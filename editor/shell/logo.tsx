import './logo.css'

/** The gate at the head of a canal, and the name. */
export function Logo() {
  return (
    <span className="logo">
      <svg width="16" height="16" viewBox="0 0 16 16" fill="none" stroke="currentColor" strokeWidth="2" aria-hidden="true"><path d="M14 2H4a2 2 0 0 0-2 2v8a2 2 0 0 0 2 2h10" /><path d="M6 6h8M6 10h8" /></svg>
      Headgate
    </span>
  )
}
