"""What pipelines deploy to which cluster: commands of helm and kubectl, tasks and actions that stand for them."""
