given = "⟦word tfvars⟧"
