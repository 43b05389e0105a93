"""Routes for programs: other askdocs processes, OpenAI-style clients, and the Gradio client."""
