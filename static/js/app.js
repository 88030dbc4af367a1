// Every behaviour is a module that finds its own elements; a page without them pays nothing.
import "./menu.js";
import "./toast.js";
import "./form.js";
import "./file.js";
import "./keys.js";
import "./live.js";
import "./compose-write.js";
import "./compose-count.js";
import "./compose-parts.js";
import "./compose-time.js";
import "./compose-check.js";
import "./compose-pictures.js";
