

# --- policies, versions, logs, patches --------------------------------------
