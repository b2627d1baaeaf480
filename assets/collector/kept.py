

# --- files whose content matters --------------------------------------------
