"""From a hypothesis to a verdict: studies, the ledger of every trial, and the dossier that reports them."""
