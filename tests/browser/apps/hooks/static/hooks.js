export const Shout = {
  mounted() {
    this.el.textContent = "loud";
  },
};
