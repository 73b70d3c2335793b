"""Scripts and styles that stand in a template beside the markup that they serve.

    <ul id="rows" phx-hook=".Sort">…</ul>
    <script :type={ColocatedHook} name=".Sort">
      export default { mounted() { … } }
    </script>

When the template is compiled they are taken out of it and kept in `registry`, from which the web layer serves
them; what a page receives holds no trace of them. A hook's name begins with a dot and belongs to its module:
`phx-hook=".Sort"` in the module `shop.rows` means `shop.rows.Sort`, so no two modules get in each other's way.
Mirrors `Phoenix.LiveView.ColocatedHook`, `ColocatedJS` and `ColocatedCSS`.
"""
